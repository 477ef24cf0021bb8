import { commandLine, wholeNumber, type Command } from '@uptick/commandline'

export interface RunnerOptions {
  readonly from: number
  readonly seeds: number
  /** Print what happened in each run. */
  readonly story: boolean
}

const about = `Simulates engines, gateways, traders, journal and network in one process on a virtual clock, with faults of all kinds.

A seed repeats the same run. A run that fails is printed with its violations; the others still run, and the exit code
is 1.`

/** The command line after `npm run sim --`. */
export function simulationCommandLine(run: (options: RunnerOptions) => Promise<void>): Command {
  return commandLine('npm run sim --', about)
    .option('--seeds <n>', 'number of runs', wholeNumber(1), 100)
    .option('--from <seed>', 'the first seed; the others follow', wholeNumber(1), 1)
    .option('--story', 'print what happened in each run', false)
    .action(run)
}
