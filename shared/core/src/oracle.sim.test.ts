import { expect, test } from 'vitest'
import { describeCommand } from '../testing/describe.ts'
import { failing, fails, runSeed, shrink, stepsOf } from '../testing/lockstep.ts'
import { profiles } from '../testing/stream-profiles.ts'

/** Runs of each profile; `SEEDS=500 npx vitest run --project simulation shared/core` for a long night. */
const seeds = Number(process.env['SEEDS'] ?? 5)
const firstSeed = Number(process.env['FIRST_SEED'] ?? 100)
const commands = Number(process.env['COMMANDS'] ?? 1500)

test.each(Object.keys(profiles) as (keyof typeof profiles)[])('%s', { timeout: 3_600_000 }, (profile) => {
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    // Every outcome is compared; the slow comparisons of the whole state come at intervals. Half the seeds restart on
    // the way.
    const thoroughness = { verifyEvery: 7, stateEvery: 11, restartEvery: (seed >> 1) % 2 === 0 ? 97 : 0 }
    const exchange = stepsOf(seed)
    try {
      runSeed(seed, commands, { profile, thoroughness, exchange })
    } catch (error) {
      const shortest = shrink(failing(seed, commands, profile, { thoroughness, exchange }), exchange)
      const lines = shortest.map(({ command, time }) => `${time} ${describeCommand(command)}`)
      expect.fail(`${(error as Error).message}\nshortest list:\n${lines.join('\n')}\n${fails(shortest, exchange)}`)
    }
  }
})
