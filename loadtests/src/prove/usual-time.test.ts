import { expect, test } from 'vitest'
import { allScenarios } from './all-scenarios.ts'
import { stagesOf, usuallyLeft, usualSeconds, type Stage } from './usual-time.ts'

const played = (name: string, seconds: number) => ({
  name,
  seconds,
  planned: true,
  budgetMs: 1,
  play: async () => undefined,
})
const stage: Stage = { ground: 'machine', scenarios: [played('a', 10), played('b', 20)], rounds: 1, minutes: 0 }

test('the time of a round is the sum of its scenarios, plus start and comparison', () => {
  expect(usualSeconds(stage)).toBe(16 + 30 + 5)
  expect(usualSeconds({ ...stage, rounds: 3 })).toBe(16 + 90 + 5)
  // A round that has begun is completed.
  expect(usualSeconds({ ...stage, minutes: 1.1 })).toBe(16 + 90 + 5)
})

test('the time left counts the scenario that begins, and later rounds', () => {
  expect(usuallyLeft(stage, 1, 0, 0)).toBe(30 + 5)
  expect(usuallyLeft(stage, 1, 1, 12)).toBe(20 + 5)
  expect(usuallyLeft({ ...stage, rounds: 3 }, 2, 1, 50)).toBe(20 + 30 + 5)
  expect(usuallyLeft({ ...stage, minutes: 2 }, 1, 0, 0)).toBe(30 + 90 + 5)
  expect(usuallyLeft({ ...stage, minutes: 2 }, 4, 1, 119)).toBe(20 + 5)
})

test('the quick proof takes as long as its help says: between three and four minutes', () => {
  const seconds = stagesOf(allScenarios, { rounds: 1, minutes: 0 }).reduce((sum, each) => sum + usualSeconds(each), 0)
  expect(seconds).toBeGreaterThan(180)
  expect(seconds).toBeLessThan(240)
})
