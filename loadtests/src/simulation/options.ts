import { commandLine, wholeNumber, type Command } from '@uptick/commandline'

export interface RunnerOptions {
  readonly from: number
  readonly seeds: number
  /** Tell what happened in each run. */
  readonly story: boolean
}

const about = `Engines, gateways, traders, journal and network in one process on a virtual clock, with everything going wrong.

A seed brings the same run each time. A run that fails is printed with what was wrong; the others still run, and the exit
code is 1.`

/** What stands after `npm run sim --`. */
export function simulationCommandLine(run: (options: RunnerOptions) => Promise<void>): Command {
  return commandLine('npm run sim --', about)
    .option('--seeds <n>', 'how many runs', wholeNumber(1), 100)
    .option('--from <seed>', 'the first seed; the others follow', wholeNumber(1), 1)
    .option('--story', 'what happened in each run, for the one that failed', false)
    .action(run)
}
