import { commandLine, InvalidArgumentError, wholeNumber, type Command } from '@uptick/commandline'

export interface FuzzOptions {
  readonly minutes: number
  readonly seed: number
}

const MINUTES_MAX = 24 * 60
const SEED_MAX = 2 ** 31 - 1

const about = `Hostile clients, from a seed: the WebSocket API, the market streams, both readers of HTTP and the engine's link, on real
processes. No process may end, nothing may be answered with a fault of the exchange, honest clients must still be served, and
memory returns to what it was.

A failure is printed with its seed and the smallest input that still brings it, and ends with 1.`

/** What stands after `npm run fuzz --`. */
export function fuzzCommandLine(run: (options: FuzzOptions) => Promise<void>): Command {
  return commandLine('npm run fuzz --', about)
    .option('--minutes <n>', 'how long; a fraction is allowed', minutesOf, 1)
    .option('--seed <n>', 'which inputs (default: the present time)', wholeNumber(0, SEED_MAX))
    .action(({ minutes, seed }: { readonly minutes: number; readonly seed?: number }) =>
      run({ minutes, seed: seed ?? Date.now() % SEED_MAX }),
    )
}

function minutesOf(text: string): number {
  const minutes = Number(text)
  if (minutes > 0 && minutes <= MINUTES_MAX) return minutes
  throw new InvalidArgumentError(`It is a number above 0, ${MINUTES_MAX} at most.`)
}
