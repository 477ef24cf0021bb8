import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf, Problem } from '@uptick/standalone'
import { flowFormats, type FlowFormat } from '../flow/order-command.ts'

export const help = `Feeds recorded order flow into the engine, and says what came of it.

  npm run replay -- FILE
  npm run replay -- FILE --through api

  --through core   the state machine itself, in this process (unless told otherwise)
  --through api    the exchange that "npm start" runs, over its WebSocket API, on a market listed for this replay
  --format F       ${flowFormats.join(' or ')}, when the file's first bytes should not decide
  --data FOLDER    which exchange, for --through api: ./data unless told
  --json           one line of JSON instead of the table
  --help           this

Files may be gzip. "bitstamp" is CSV with the columns id, timestamp, exchange.timestamp, price, volume, action, direction;
"records" are the 24-byte records that "npm run flow -- FILE" writes. A file of records says how many trades it must give:
another number, or other trades, end with code 1.

To replay through an exchange that runs elsewhere, set OPERATOR_URL, OPERATOR_TOKEN and UPTICK_URL.
`

export interface ReplayOptions {
  readonly file: string
  readonly through: 'core' | 'api'
  readonly format: FlowFormat | undefined
  readonly folder: string
  readonly json: boolean
}

/**
 * @returns undefined when help was asked for
 * @throws Problem
 */
export function parseOptions(args: string[], environment: NodeJS.ProcessEnv): ReplayOptions | undefined {
  const { values, positionals } = parse(args)
  if (values.help) return undefined
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new Problem('Name one FILE. "npm run replay -- --help" says more.')
  const { through } = values
  if (through !== 'core' && through !== 'api') throw new Problem(`--through is core or api, not ${through}.`)
  const format = flowFormats.find((known) => known === values.format)
  if (values.format !== undefined && format === undefined)
    throw new Problem(`--format is ${flowFormats.join(' or ')}, not ${values.format}.`)
  // npm runs scripts in the project's folder and says in INIT_CWD where it was called.
  const called = environment['INIT_CWD'] ?? process.cwd()
  const folder = values.data === undefined ? resolve('data') : resolve(called, values.data)
  return { file: resolve(called, file), through, format, folder, json: values.json }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        through: { type: 'string', default: 'core' },
        format: { type: 'string' },
        data: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw new Problem(`${messageOf(error).split('. ')[0]}. "npm run replay -- --help" lists the options.`)
  }
}
