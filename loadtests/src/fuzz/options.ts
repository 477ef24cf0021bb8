import { commandLine, InvalidArgumentError, wholeNumber, type Command } from '@uptick/commandline'

export interface FuzzOptions {
  readonly minutes: number
  readonly seed: number
}

const MINUTES_MAX = 24 * 60
const SEED_MAX = 2 ** 31 - 1

const about = `Sends what hostile clients may send to real processes: the WebSocket API, the market streams, both readers of
HTTP and the engine's link. The inputs follow from a seed. No process may end, no answer may be a fault of the
exchange, honest clients must still be served, and memory returns to its former size.

Prints a failure with its seed and the smallest input that still causes it, and ends with 1.`

/** The command line after `npm run fuzz --`. */
export function fuzzCommandLine(run: (options: FuzzOptions) => Promise<void>): Command {
  return commandLine('npm run fuzz --', about)
    .option('--minutes <n>', 'duration; a fraction is allowed', minutesOf, 1)
    .option('--seed <n>', 'seed of the inputs (default: the present time)', wholeNumber(0, SEED_MAX))
    .action(({ minutes, seed }: { readonly minutes: number; readonly seed?: number }) =>
      run({ minutes, seed: seed ?? Date.now() % SEED_MAX }),
    )
}

function minutesOf(text: string): number {
  const minutes = Number(text)
  if (minutes > 0 && minutes <= MINUTES_MAX) return minutes
  throw new InvalidArgumentError(`It is a number above 0, ${MINUTES_MAX} at most.`)
}
