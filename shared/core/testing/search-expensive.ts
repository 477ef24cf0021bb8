import { searchExpensive } from './expensive.ts'
import { Random } from './random.ts'

/**
 * `node shared/core/testing/search-expensive.ts [SEEDS] [TRIES]`: looks for the command that writes most and for the one
 * that takes longest, each seed by itself, and prints them. The test does the same for bytes alone, for a moment.
 */
const [seeds = 5, tries = 100] = process.argv.slice(2).map(Number)
for (let seed = 1; seed <= seeds; seed++) {
  for (const by of ['bytes', 'milliseconds'] as const) {
    const { genome, cost } = searchExpensive(
      new Random(seed),
      tries,
      () => performance.now(),
      (found) => found[by],
    )
    const milliseconds = Math.round(cost.milliseconds * 10) / 10
    process.stdout.write(
      `seed ${seed}, by ${by}: ${JSON.stringify({ ...cost, milliseconds })} ${JSON.stringify(genome)}\n`,
    )
  }
}
