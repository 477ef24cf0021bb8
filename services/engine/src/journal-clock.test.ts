import type { ClockReading } from '@uptick/journal'
import { expect, test } from 'vitest'
import { CLOCKS_APART_MAX, JournalClock } from './journal-clock.ts'

const START = 1_700_000_000_000_000
const SECOND = 1_000_000
const HOUR = 3_600 * SECOND

/** A leader whose wall clock, and a PostgreSQL whose clock, are wrong by as much as the test says, µs. */
function leader(): {
  step: (ms: number) => number
  wrong: { wall: number; postgres: number }
  /** True time, µs. */
  now: () => number
} {
  const wrong = { wall: 0, postgres: 0 }
  let elapsed = 5_000
  const now = (): number => START + elapsed * 1_000
  const reading = (): ClockReading => ({ time: now() + wrong.postgres, askedAt: elapsed - 2, heardAt: elapsed })
  const clock = new JournalClock({ now: () => now() + wrong.wall, elapsed: () => elapsed }, reading)
  let time = 0
  const step = (ms: number): number => {
    elapsed += ms
    time = clock.next(time)
    return time - now()
  }
  return { step, wrong, now }
}

test('clocks that agree within a second: the leader’s own counts', () => {
  const { step, wrong } = leader()
  wrong.postgres = 400_000
  expect([step(0), step(10), step(1_000)]).toEqual([0, 0, 0])
})

test('an hour ahead for one batch moves journaled time by what has passed, and for a whole epoch by a second', () => {
  const { step, wrong } = leader()
  step(0)
  wrong.wall = HOUR
  expect(step(10)).toBeLessThanOrEqual(10_000)
  wrong.wall = 0
  step(1_000)
  expect(step(1_000)).toBe(0)
  wrong.wall = HOUR
  for (let second = 0; second < 60; second++) expect(step(1_000)).toBeLessThanOrEqual(CLOCKS_APART_MAX + 2_000)
})

test('an hour ahead when it begins to lead: a second', () => {
  const { step, wrong } = leader()
  wrong.wall = HOUR
  expect(step(0)).toBeLessThanOrEqual(CLOCKS_APART_MAX + 2_000)
})

test('an hour behind: journaled time is up with PostgreSQL’s, to a second, once as much has passed as was missed', () => {
  const { step, wrong } = leader()
  step(0)
  wrong.wall = -HOUR
  expect(step(1_000)).toBe(-CLOCKS_APART_MAX)
  for (let second = 0; second < 60; second++) expect(step(1_000)).toBe(-CLOCKS_APART_MAX)
  wrong.wall = 0
  expect(step(2_000)).toBe(0)
})

test('a jump of PostgreSQL’s clock is followed no faster than time passes once more', () => {
  const { step, wrong } = leader()
  step(0)
  wrong.postgres = HOUR
  step(500)
  expect(step(500)).toBeLessThanOrEqual(SECOND)
  wrong.postgres = 0
  step(1_000)
  expect(step(1_000)).toBe(0)
})

test('journaled time that is ahead already stands until the clock has come to it', () => {
  const clock = new JournalClock({ now: () => START, elapsed: () => 0 }, () => undefined)
  expect(clock.next(START + HOUR)).toBe(START + HOUR)
  expect(clock.next(START + HOUR)).toBe(START + HOUR)
})
