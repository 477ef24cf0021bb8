import { expect, test } from 'vitest'
import { EngineClock } from './engine-clock.ts'

test('a deadline on the clock of the engine is never after ours, and not much before it', () => {
  const clock = new EngineClock()
  // The engine's clock is 5,000 ms ahead of ours.
  clock.told(6_000, 1_000)
  const deadline = clock.deadline(5_000)
  expect(deadline).toBeLessThan(10_000)
  expect(deadline).toBeGreaterThan(9_985)
})

test('the deadline also holds for an engine clock that is a thousandth slower', () => {
  const clock = new EngineClock()
  clock.told(6_000, 1_000)
  for (const hold of [100, 4_000, 60_000])
    expect(clock.deadline(1_000 + hold)).toBeLessThanOrEqual(6_000 + hold * 0.999)
})

test('a slow answer makes deadlines earlier by its delay, and the fastest answer counts', () => {
  const clock = new EngineClock()
  clock.told(6_000, 1_300)
  expect(clock.deadline(5_300)).toBeLessThan(10_000)
  clock.told(7_000, 2_000)
  expect(clock.deadline(6_000)).toBeGreaterThan(10_985)
  clock.told(7_100, 2_900)
  expect(clock.deadline(6_000)).toBeGreaterThan(10_985)
})

test('an engine that sends no clock gets no deadlines', () => {
  const clock = new EngineClock()
  expect(clock.deadline(5_000)).toBe(Number.POSITIVE_INFINITY)
  clock.told(6_000, 1_000)
  clock.forget()
  expect(clock.deadline(5_000)).toBe(Number.POSITIVE_INFINITY)
})
