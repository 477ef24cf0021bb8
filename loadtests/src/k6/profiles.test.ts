import { expect, test } from 'vitest'
import { areaOf, heightAt, peakOf, profileOf, secondsOf } from '../../scenarios/profiles.ts'

test.each(['steady', 'surge', 'busiest-minute'])('%s takes as long as requested', (name) => {
  for (const seconds of [60, 240]) expect(secondsOf(profileOf(name, seconds))).toBeCloseTo(seconds, 6)
})

test.each(['steady', 'surge', 'busiest-minute'])('%s: its area is the sum of its heights', (name) => {
  const profile = profileOf(name, 60)
  let sum = 0
  for (let tick = 0; tick < 60_000; tick++) sum += heightAt(profile, (tick + 0.5) / 1000) / 1000
  expect(sum).toBeCloseTo(areaOf(profile), 1)
})

test('a surge is four times the load within five seconds, and ends as it began', () => {
  const profile = profileOf('surge', 60)
  expect(peakOf(profile)).toBe(4)
  expect([heightAt(profile, 0), heightAt(profile, 11.9), heightAt(profile, 17.1), heightAt(profile, 59)]).toEqual([
    1, 1, 4, 1,
  ])
})

test('the busiest minute has a peak, and nothing after its end', () => {
  const profile = profileOf('busiest-minute', 60)
  expect(peakOf(profile)).toBe(4)
  expect(heightAt(profile, 60.5)).toBe(0)
})

test('there is no other profile', () => {
  expect(() => profileOf('lazy', 60)).toThrow('there is no profile lazy')
})
