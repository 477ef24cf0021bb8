import { expect, test } from 'vitest'
import { EngineClock } from './engine-clock.ts'

test('a deadline is a moment that the engine has not passed when ours has come, and not much before', () => {
  const clock = new EngineClock()
  // Its clock is 5,000 ms ahead of ours.
  clock.told(6_000, 1_000)
  const deadline = clock.deadline(5_000)
  expect(deadline).toBeLessThan(10_000)
  expect(deadline).toBeGreaterThan(9_985)
})

test('a clock that is a thousandth slower has not passed it either', () => {
  const clock = new EngineClock()
  clock.told(6_000, 1_000)
  for (const hold of [100, 4_000, 60_000])
    expect(clock.deadline(1_000 + hold)).toBeLessThanOrEqual(6_000 + hold * 0.999)
})

test('what was long on its way makes deadlines early by as much, and what was quicker counts', () => {
  const clock = new EngineClock()
  clock.told(6_000, 1_300)
  expect(clock.deadline(5_300)).toBeLessThan(10_000)
  clock.told(7_000, 2_000)
  expect(clock.deadline(6_000)).toBeGreaterThan(10_985)
  clock.told(7_100, 2_900)
  expect(clock.deadline(6_000)).toBeGreaterThan(10_985)
})

test('an engine that tells no clock gets no deadlines', () => {
  const clock = new EngineClock()
  expect(clock.deadline(5_000)).toBe(Number.POSITIVE_INFINITY)
  clock.told(6_000, 1_000)
  clock.forget()
  expect(clock.deadline(5_000)).toBe(Number.POSITIVE_INFINITY)
})
