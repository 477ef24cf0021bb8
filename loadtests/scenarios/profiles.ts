import { element } from '../src/element.ts'
/** A part of a load: the rate changes linearly from that before to `to` times the base rate. */
export interface Stage {
  readonly seconds: number
  readonly to: number
}

/** How the load changes over time, in multiples of the base rate. It begins at the rate of the first stage. */
export type Profile = readonly Stage[]

/** A surge: it comes within seconds, lasts long enough for the autoscaler to react, and ends. */
function surge(seconds: number): Profile {
  const [calm, rise, fall] = [0.2 * seconds, 5, 10]
  return [
    { seconds: calm, to: 1 },
    { seconds: rise, to: 4 },
    { seconds: Math.max(1, seconds - 2 * calm - rise - fall), to: 4 },
    { seconds: fall, to: 1 },
    { seconds: calm, to: 1 },
  ]
}

/** The minute of a news event: a calm quarter, a jump, and bursts on top of it that fade. */
function busiestMinute(seconds: number): Profile {
  const part = seconds / 60
  const burst = (height: number): Stage[] => [
    { seconds: 0.5 * part, to: height },
    { seconds: 2 * part, to: height },
    { seconds: 3.5 * part, to: 1.5 },
  ]
  return [
    { seconds: 12 * part, to: 0.5 },
    { seconds: part, to: 2 },
    { seconds: 5 * part, to: 2 },
    ...burst(4),
    ...burst(3.5),
    ...burst(3),
    ...burst(2.5),
    { seconds: 12 * part, to: 1 },
    { seconds: 6 * part, to: 0.5 },
  ]
}

/** What `profileOf` knows. */
export const PROFILE_NAMES = ['steady', 'surge', 'busiest-minute'] as const

/** The named profile over `seconds`. @throws Error for an unknown name */
export function profileOf(name: string, seconds: number): Profile {
  if (name === 'steady') return [{ seconds, to: 1 }]
  if (name === 'surge') return surge(seconds)
  if (name === 'busiest-minute') return busiestMinute(seconds)
  throw new Error(`there is no profile ${name}; there are ${PROFILE_NAMES.join(', ')}`)
}

export function peakOf(profile: Profile): number {
  return Math.max(...profile.map(({ to }) => to))
}

export function secondsOf(profile: Profile): number {
  return profile.reduce((sum, { seconds }) => sum + seconds, 0)
}

/** Number of requests at a base rate of 1 a second. */
export function areaOf(profile: Profile): number {
  let [area, before] = [0, element(profile, 0).to]
  for (const { seconds, to } of profile) {
    area += (seconds * (before + to)) / 2
    before = to
  }
  return area
}

/** Multiple of the base rate after `second`; 0 when the profile is over. */
export function heightAt(profile: Profile, second: number): number {
  let [from, before] = [0, element(profile, 0).to]
  for (const { seconds, to } of profile) {
    if (second < from + seconds) return before + ((to - before) * (second - from)) / seconds
    from += seconds
    before = to
  }
  return 0
}
