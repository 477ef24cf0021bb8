import { expect, test } from 'vitest'
import { keptSeeds } from './kept-seeds.ts'
import { simulate } from './simulate.ts'

/*
 * Simulates the whole exchange in one process on a virtual clock, from a seed. SIM_SEED is the first seed, SIM_SEEDS
 * their number. `npm run sim` runs many more and prints a summary.
 */
const FIRST = Number(process.env['SIM_SEED'] ?? 1_000)
const COUNT = Number(process.env['SIM_SEEDS'] ?? 25)

async function violationsOf(seed: number): Promise<readonly string[]> {
  const { violations } = await simulate({ seed })
  return violations.slice(0, 10)
}

test(`${COUNT} seeds from ${FIRST}: no violation`, async () => {
  let inSteps = 0
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    const run = await simulate({ seed })
    expect(run.violations.slice(0, 10), `npm run sim -- --from ${seed} --seeds 1 --story`).toEqual([])
    inSteps += run.inSteps
  }
  expect(inSteps, 'orders that went on in later commands').toBeGreaterThan(0)
})

test.each(keptSeeds)('seed $seed again: $why', async ({ seed }) => {
  expect(await violationsOf(seed)).toEqual([])
})

test('a seed repeats the same run, to the millisecond', async () => {
  const [one, other] = [await simulate({ seed: FIRST }), await simulate({ seed: FIRST })]
  expect(other.story).toEqual(one.story)
  expect(other.commands).toBe(one.commands)
})
