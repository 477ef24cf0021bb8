import { commandLine, Option, positiveNumber, type Command } from '@uptick/commandline'

export interface MutationOptions {
  /** Only this room; undefined: all. */
  readonly room: string | undefined
  /** Only the files whose path has this in it; undefined: all. */
  readonly file: string | undefined
  /** Nothing is begun after so long. */
  readonly minutes: number
}

const about = `Plants plausible bugs, one at a time, and has the fast tests of their rooms notice them.

It works on a copy of the tree, which is removed at the end. The bugs are a list that is kept in loadtests/src/mutation/list. Ends with 0
when each room notices nine in ten; those that went unnoticed are printed, and so are those that change nothing, with the reason.`

/** What stands after `npm run mutate --`. */
export function mutationCommandLine(
  rooms: readonly string[],
  run: (options: MutationOptions) => Promise<void>,
): Command {
  return commandLine('npm run mutate --', about)
    .addOption(new Option('--room <room>', 'only the bugs of one room').choices(rooms))
    .option('--file <part>', 'only the bugs of files whose path has this in it')
    .option('--minutes <n>', 'begin no further bug after so long', positiveNumber, 60)
    .action(run)
}
