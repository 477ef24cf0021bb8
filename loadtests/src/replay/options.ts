import { commandLine, Option, pathFrom, type Command } from '@uptick/commandline'
import { chosenFolder, dataOption } from '@uptick/data-folder'
import { flowFormats, type FlowFormat } from '../flow/order-command.ts'

const about = 'Feeds recorded order flow into the engine, and reports the outcome.'

const more = `
Files may be gzip. "bitstamp" is CSV with the columns id, timestamp, exchange.timestamp, price, volume, action, direction;
"records" are the 24-byte records that "npm run flow -- FILE" writes. A file of records says how many trades it must
give: another number, or other trades, end with code 1.

To replay through an exchange that runs elsewhere, set OPERATOR_URL, OPERATOR_TOKEN and UPTICK_URL.`

export interface ReplayOptions {
  readonly file: string
  readonly through: 'core' | 'api'
  readonly format: FlowFormat | undefined
  readonly folder: string
  readonly json: boolean
}

interface Flags {
  readonly through: 'core' | 'api'
  readonly format?: FlowFormat
  readonly data?: string
  readonly json: boolean
}

/** The command line after `npm run replay --`. */
export function replayCommandLine(
  environment: NodeJS.ProcessEnv,
  run: (options: ReplayOptions) => Promise<void>,
): Command {
  const through = new Option(
    '--through <part>',
    'the state machine in this process, or the exchange that "npm start" runs',
  )
  return commandLine('npm run replay --', about)
    .argument('<file>', 'recorded order flow', pathFrom(environment))
    .addOption(through.choices(['core', 'api']).default('core'))
    .addOption(
      new Option('--format <format>', 'format of the file (default: decided by its first bytes)').choices(flowFormats),
    )
    .addOption(dataOption(environment, 'folder of the exchange, for --through api'))
    .option('--json', 'one line of JSON instead of the table', false)
    .addHelpText('after', more)
    .action((file: string, { through: part, format, data, json }: Flags) =>
      run({ file, through: part, format, folder: chosenFolder(data), json }),
    )
}
