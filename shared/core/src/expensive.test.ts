import { expect, test } from 'vitest'
import { drawGenome, costOf, searchExpensive } from '../testing/expensive.ts'
import { Random } from '../testing/random.ts'
import { OUTCOME_BYTES_MAX } from './steps.ts'

const noClock = (): number => 0

test('the most expensive command that a search finds writes less than the bound', { timeout: 120_000 }, () => {
  const { genome, cost } = searchExpensive(new Random(7), 40, noClock, ({ bytes }) => bytes)
  expect(cost.bytes, JSON.stringify(genome)).toBeLessThan(OUTCOME_BYTES_MAX)
  // The search is meaningful: its result comes near the bound.
  expect(cost.bytes).toBeGreaterThan(OUTCOME_BYTES_MAX / 3)
  expect(cost.steps).toBeGreaterThan(1)
})

test('a million self-trades of one unit cannot be asked for', () => {
  const genome = {
    ...drawGenome(new Random(1)),
    makers: 2_500,
    own: 100,
    mode: 1,
    probe: 'quote',
    side: 1,
    size: 1,
  } as const
  expect(costOf({ ...genome, stops: 0 }, noClock).bytes).toBeLessThan(OUTCOME_BYTES_MAX)
})
