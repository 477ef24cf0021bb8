import { commandLine, Option, positiveNumber, wholeNumber, type Command } from '@uptick/commandline'
import { chosenFolder, dataOption } from '@uptick/data-folder'
import { PARTS_TEXT } from '../../scenarios/crowd.ts'
import { PROFILE_NAMES } from '../../scenarios/profiles.ts'

export interface LoadCommandOptions {
  readonly folder: string
  readonly profile: string
  readonly rate: number
  readonly seconds: number
  readonly watchers: number
}

const about = `Puts load on the exchange that "npm start" runs, with k6, and compares what traders were told with the journal.

${PARTS_TEXT}. k6 has to be on the PATH: go install go.k6.io/k6@v1.8.1. Ends with 0 when every request succeeded
and the journal agrees with what traders were told.`

type Flags = Omit<LoadCommandOptions, 'folder'> & { readonly data?: string }

/** The command line after `npm run load --`. */
export function loadCommandLine(
  environment: NodeJS.ProcessEnv,
  run: (options: LoadCommandOptions) => Promise<void>,
): Command {
  const profile = new Option('--profile <name>', 'a surge is four times the rate, within seconds')
  return commandLine('npm run load --', about)
    .addOption(dataOption(environment))
    .addOption(profile.choices(PROFILE_NAMES).default('steady'))
    .option('--rate <n>', 'requests a second before the profile multiplies them', positiveNumber, 50)
    .option('--seconds <n>', 'duration', positiveNumber, 30)
    .option('--watchers <n>', 'subscribers of the market', wholeNumber(1), 4)
    .action(({ data, ...rest }: Flags) => run({ ...rest, folder: chosenFolder(data) }))
}
