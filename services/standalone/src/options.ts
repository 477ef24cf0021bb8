import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf, Problem } from './problem.ts'

export interface Options {
  readonly host: string
  readonly port: number
  /** Absolute. */
  readonly folder: string
  readonly marketMaker: boolean
  /** REST and WebSocket over TLS, with a certificate of the folder. */
  readonly tls: boolean
  readonly verbose: boolean
  /** The user's own PostgreSQL instead of the one in the folder. */
  readonly databaseUrl: string | undefined
  /** Redis in which the gateways count their limits together; empty: each for itself. */
  readonly redisUrl: string
}

export const help = `Uptick on one machine, a small cluster: PostgreSQL, two engines of which one leads, a recorder, and two gateways behind
one listening socket, each a process of its own.

  npm start
  npm start -- --port 9000 --market-maker

  --port N         REST and WebSocket, 8080 unless told
  --host ADDRESS   127.0.0.1 unless told; anything else opens the exchange to your network
  --data FOLDER    where everything is kept, ./data unless told
  --tls            https and wss, with a certificate of its own in FOLDER/tls-cert.pem that your client has to trust
  --market-maker   a bot that keeps the three books alive
  --verbose        what the services log, here as well as in FOLDER/logs
  --help           this

  DATABASE_URL     use this PostgreSQL (14 or later) instead of the one that comes along
  REDIS_URL        have the gateways count rate limits together in this Redis, for example redis://127.0.0.1:6379

Ctrl-C drains and stops; the next start goes on where this one ended. Ctrl-C twice stops at once, and nothing that was
acknowledged is lost by it. To begin from nothing, stop and remove the folder. The exchange is operated with
"npm run operator -- --help", which finds it by the same folder; "npm run status" shows who leads and who is ready, and
"npm run roll -- all" replaces every process while traffic flows.
`

/**
 * @param args what stands after `npm start --`
 * @returns undefined when help was asked for
 * @throws Problem
 */
export function parseOptions(args: readonly string[], environment: NodeJS.ProcessEnv): Options | undefined {
  const values = parse(args)
  if (values.help) return undefined
  const port = Number(values.port)
  if (!/^\d+$/.test(values.port) || port < 1 || port > 65_535)
    throw new Problem(`--port ${values.port}: a port is a whole number from 1 to 65535.`)
  // npm runs scripts in the project's folder and says in INIT_CWD where it was called.
  const base = values.data === undefined ? process.cwd() : (environment['INIT_CWD'] ?? process.cwd())
  return {
    host: values.host,
    port,
    folder: resolve(base, values.data ?? 'data'),
    marketMaker: values['market-maker'],
    tls: values.tls,
    verbose: values.verbose,
    databaseUrl: environment['DATABASE_URL'] === '' ? undefined : environment['DATABASE_URL'],
    redisUrl: environment['REDIS_URL'] ?? '',
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '8080' },
        host: { type: 'string', default: '127.0.0.1' },
        data: { type: 'string' },
        tls: { type: 'boolean', default: false },
        'market-maker': { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    throw new Problem(`${messageOf(error).split('. ')[0]}. "npm start -- --help" lists the options.`)
  }
}
