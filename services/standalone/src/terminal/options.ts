import { commandLine, EXIT_USAGE, Problem, someText, wholeNumber, type Command } from '@uptick/commandline'
import { chosenFolder, dataOption } from '@uptick/data-folder'

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
  /** Redis in which the gateways count their limits together; empty: the supervisor does. */
  readonly redisUrl: string
  /** Settings of the gateways from the environment. */
  readonly gateway: Readonly<Record<string, string>>
  /** Settings of the engines from the environment. */
  readonly engine: Readonly<Record<string, string>>
  /** Link addresses of the engines, in their order; empty: each is reached directly. */
  readonly linkUrls: readonly string[]
}

const PORT_MAX = 65_535
const PORT_DEFAULT = 8080
const ENGINES = 2
/** Environment variables of the command that are passed to the gateways. */
const GATEWAY_SETTINGS = [
  'TRUST_PROXY',
  'PROXY_PROTOCOL',
  'LIMIT_BANS',
  'FLAGS_URL',
  'FLAGS_TOKEN',
  'FLAGS_ENVIRONMENT',
]
/** Environment variables of the command that are passed to the engines. */
const ENGINE_SETTINGS = ['ACK_POLICY']

const about = `Runs Uptick on one machine as a small cluster: PostgreSQL, two engines (one leads), a recorder, and two gateways behind
one listening socket, each in a process of its own.`

const more = `
Environment:
  DATABASE_URL      use this PostgreSQL (14 or later) instead of the one from npm
  ACK_POLICY        journal-synchronous: acknowledge only what a standby of that PostgreSQL has, too
  LINK_URLS         addresses of the two engines if a proxy stands before them, for example
                    ws://127.0.0.1:7001/link,ws://127.0.0.1:7002/link
  NODE_OPTIONS      options of Node for every process
  TRUST_PROXY       addresses of proxies whose X-Forwarded-For is trusted
  PROXY_PROTOCOL    addresses of balancers that announce clients by the PROXY protocol
  LIMIT_BANS        true: ban addresses that continue past a limit; by default they only get errors
  FLAGS_URL         client API of an Unleash server, with FLAGS_TOKEN and FLAGS_ENVIRONMENT; the folder's flags.json
                    holds until it answers
  REDIS_URL         count rate limits of all gateways in this Redis, for example redis://127.0.0.1:6379

The first start takes about 15 seconds. root can start an exchange only in a folder of root's own, because an ordinary
user could not use the files.

Ctrl-C drains and stops; the next start resumes there. Ctrl-C twice stops at once; no acknowledged order is lost. To begin
from nothing, stop and remove the folder. "npm run operator -- --help" operates the exchange, which it finds by the same
folder. "npm run status" shows the leader and the readiness of each process. "npm run roll -- all" replaces every process
while traffic flows.`

interface Flags {
  readonly port: number
  readonly host: string
  readonly data?: string
  readonly marketMaker: boolean
  readonly tls: boolean
  readonly verbose: boolean
}

/**
 * The command line after `npm start --`.
 *
 * @param run is called with the options when they are valid
 */
export function startCommandLine(environment: NodeJS.ProcessEnv, run: (options: Options) => Promise<void>): Command {
  return commandLine('npm start --', about)
    .option('--port <n>', 'port of REST and WebSocket', wholeNumber(1, PORT_MAX), PORT_DEFAULT)
    .option(
      '--host <address>',
      'address to listen on; any other than the default opens the exchange to your network',
      someText,
      '127.0.0.1',
    )
    .addOption(dataOption(environment, 'where everything is kept'))
    .option('--tls', 'serve https and wss, with a certificate (tls-cert.pem) that your client has to trust', false)
    .option('--market-maker', 'run a bot that quotes in the three books', false)
    .option('--verbose', 'print the logs of the services, too', false)
    .addHelpText('after', more)
    .action((flags: Flags) => run(optionsFrom(flags, environment)))
}

function optionsFrom(flags: Flags, environment: NodeJS.ProcessEnv): Options {
  const { port, host, data, marketMaker, tls, verbose } = flags
  return {
    host,
    port,
    folder: chosenFolder(data),
    marketMaker,
    tls,
    verbose,
    databaseUrl: databaseUrlOf(environment),
    redisUrl: redisUrlOf(environment),
    gateway: settingsIn(environment, GATEWAY_SETTINGS),
    engine: settingsIn(environment, ENGINE_SETTINGS),
    linkUrls: linkUrlsOf(environment),
  }
}

function databaseUrlOf({ DATABASE_URL: url = '' }: NodeJS.ProcessEnv): string | undefined {
  if (url === '') return undefined
  if (/^(postgres(ql)?|socket):/.test(url) && URL.canParse(url)) return url
  throw new Problem('DATABASE_URL is not of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE.', EXIT_USAGE)
}

function redisUrlOf({ REDIS_URL: url = '' }: NodeJS.ProcessEnv): string {
  if (url === '' || (/^rediss?:\/\//.test(url) && URL.canParse(url))) return url
  throw new Problem(`REDIS_URL is not of the form redis://HOST:PORT: ${url}.`, EXIT_USAGE)
}

function linkUrlsOf({ LINK_URLS: text = '' }: NodeJS.ProcessEnv): readonly string[] {
  const urls = text === '' ? [] : text.split(',')
  const isAll = urls.length === 0 || urls.length === ENGINES
  if (isAll && urls.every((url) => /^wss?:\/\//.test(url) && URL.canParse(url))) return urls
  throw new Problem(`LINK_URLS is not of the form ws://HOST:PORT/link,ws://HOST:PORT/link: ${text}.`, EXIT_USAGE)
}

function settingsIn(environment: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  const set = names.flatMap((name) => {
    const value = environment[name] ?? ''
    return value === '' ? [] : [[name, value] as const]
  })
  return Object.fromEntries(set)
}
