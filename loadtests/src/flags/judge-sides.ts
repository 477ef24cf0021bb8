import { type Flipped, isOnAt } from './account-side.ts'

/** All gateways must follow a new percentage within this time. */
export const AGREE_MS_MAX = 10_000

/** What one connection was answered about one flag. A connection leads to one gateway. */
export interface Lane {
  readonly account: number
  readonly flag: Flipped
  readonly answers: SideAnswer[]
}

/** Times are ms of `performance.now`. */
export interface SideAnswer {
  readonly sentAt: number
  readonly answeredAt: number
  readonly isOn: boolean
}

/** A percentage, from the moment at which it was set. */
export interface Percentage {
  readonly percent: number
  readonly at: number
}

export interface Judgement {
  /** What contradicts the percentages; empty when nothing does. */
  readonly wrong: readonly string[]
  /** For each percentage after the first, how long until every connection was answered by it, ms. */
  readonly agreedMs: readonly number[]
}

/**
 * An account is on the side that its place and the percentage give it, at every moment and on every connection. For ten
 * seconds after a change the side before may still be told, but not again once a connection was told the new one. Each
 * connection is answered under every percentage.
 */
export function judgeSides(lanes: readonly Lane[], percentages: readonly Percentage[], end: number): Judgement {
  const wrong: string[] = []
  const agreedMs = percentages.slice(1).map(() => 0)
  for (const lane of lanes) {
    for (const [index, { percent, at }] of percentages.entries()) {
      const until = percentages[index + 1]?.at ?? end
      const own = lane.answers.filter(({ sentAt, answeredAt }) => sentAt >= at && answeredAt < until)
      const expected = isOnAt(lane.flag, lane.account, percent)
      // What was set before the first percentage is not known.
      const earlier = percentages[index - 1]
      const before = earlier === undefined ? !expected : isOnAt(lane.flag, lane.account, earlier.percent)
      const late = own.findLast(({ isOn }) => isOn !== expected)
      const first = own.find(({ isOn }) => isOn === expected)
      const who = `account ${lane.account}, ${lane.flag} at ${percent} %`
      if (first === undefined) wrong.push(`${who}: never answered as ${side(expected)}`)
      if (late === undefined) continue
      const lateMs = late.sentAt - at
      if (before === expected) wrong.push(`${who}: changed to ${side(late.isOn)} after ${ms(lateMs)}`)
      else if (lateMs > AGREE_MS_MAX) wrong.push(`${who}: still ${side(late.isOn)} after ${ms(lateMs)}`)
      else if (first !== undefined && first.sentAt < late.sentAt) wrong.push(`${who}: went back to ${side(late.isOn)}`)
      if (index > 0) agreedMs[index - 1] = Math.max(agreedMs[index - 1] ?? 0, lateMs)
    }
  }
  return { wrong, agreedMs }
}

const side = (isOn: boolean): string => (isOn ? 'on' : 'off')
const ms = (value: number): string => `${value.toFixed(0)} ms`
