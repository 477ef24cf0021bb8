import { commandLine, Option, positiveNumber, type Command } from '@uptick/commandline'

export interface MutationOptions {
  /** Only this room; undefined: all. */
  readonly room: string | undefined
  /** Only files whose path contains this; undefined: all. */
  readonly file: string | undefined
  /** No bug is begun after this time. */
  readonly minutes: number
}

const about = `Plants plausible bugs, one at a time, and runs the fast tests of their rooms, which must fail.

It works on a copy of the tree, which is removed at the end. The bugs are listed in loadtests/src/mutation/list. Ends
with 0 when each room notices nine in ten. Prints the bugs that went unnoticed, and those that change nothing, with
the reason.`

/** The command line after `npm run mutate --`. */
export function mutationCommandLine(
  rooms: readonly string[],
  run: (options: MutationOptions) => Promise<void>,
): Command {
  return commandLine('npm run mutate --', about)
    .addOption(new Option('--room <room>', 'only the bugs of one room').choices(rooms))
    .option('--file <part>', 'only the bugs of files whose path contains this')
    .option('--minutes <n>', 'try no further bug after this time', positiveNumber, 60)
    .action(run)
}
