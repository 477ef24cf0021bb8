import { resolve } from 'node:path'
import {
  commandLine,
  InvalidArgumentError,
  pathFrom,
  EXIT_USAGE,
  positiveNumber,
  Problem,
  someText,
  wholeNumber,
  type Command,
} from '@uptick/commandline'

/** A request that takes longer, counted from when it was due, is late: it has failed. */
export const PATIENCE_MS = 1_000

export interface ProveOptions {
  /** Rounds begin until then, */
  readonly minutes: number
  /** and there are at least this many. */
  readonly rounds: number
  /** Names of scenarios; empty: all. */
  readonly only: readonly string[]
  readonly json: string | undefined
  readonly html: string | undefined
  readonly rate: number
  readonly connections: number
  readonly seed: number
  /** Server whose flags are flipped in place of the file's. */
  readonly unleash: UnleashServer | undefined
}

export interface UnleashServer {
  /** Without path. */
  readonly url: string
  readonly adminToken: string
  readonly backendToken: string
}

const about = 'Starts an exchange of its own, trades steadily, and replaces everything under that load.'

const more = `
Each round: load alone (steady), rolls (roll recorder, roll engine, roll gateway), hand-offs (hand-off), kill -9 of
the leader (kill leader), SIGSTOP of it past its lease, then SIGCONT (freeze leader), feature flags that go from 0 to 10,
50, 100 and 0 per cent of the accounts while their file fails (flag-flip), and abusers beside the traders (abuse):
floods of requests and of connections, frames of thousands of parameters, nested JSON, unknown paths, and clients that
never read or never end. New clients must be able to connect beside them.

Then, on an exchange with a PostgreSQL that has a replica: no writes for a while (read-only), connections that fall
silent and deliver later what was sent (half-open), clocks that step (clock-step), fail-over to the replica while it
lacks what was acknowledged last (failover-async), also with engines that are killed then (failover-restart). On another
exchange, whose engines acknowledge only what a second PostgreSQL has, too: fail-over to that (failover-sync).

Traders have accounts with limits and, on Linux, an address each; the exchange bans addresses that continue past a
limit. With --unleash flag-flip changes the flags of an Unleash server, by UNLEASH_ADMIN_TOKEN, and cuts it off in between;
the exchange asks it with FLAGS_TOKEN. A request that is late (over ${PATIENCE_MS / 1_000} s after it was due) or not sent has failed; no request is retried. At the
end every acknowledgement is compared with the journal, and every stream with its numbers. Ends with 0 when every check
passed.`

interface Flags extends Pick<ProveOptions, 'rate' | 'connections' | 'seed' | 'only' | 'json'> {
  readonly quick: boolean
  readonly minutes: number
  readonly rounds?: number
  readonly html?: string
  readonly unleash?: string
}

/**
 * The command line after `npm run prove --`.
 *
 * @param names of the scenarios
 */
export function proveCommandLine(
  environment: NodeJS.ProcessEnv,
  names: readonly string[],
  run: (options: ProveOptions) => Promise<void>,
): Command {
  const path = pathFrom(environment)
  const none: readonly string[] = []
  return commandLine('npm run prove --', about)
    .option('--quick', 'one round of all scenarios, between three and four minutes', false)
    .option('--minutes <n>', 'start rounds for this long; the scenarios of PostgreSQL run once', positiveNumber, 3)
    .option('--rounds <n>', 'number of rounds, whatever time they take', wholeNumber(1))
    .option('--only <scenario>', 'only this scenario; may be given several times', collected(names), none)
    .option('--rate <n>', 'requests a second', positiveNumber, 150)
    .option('--connections <n>', 'keep-alive HTTP connections', wholeNumber(1), 48)
    .option('--seed <n>', 'seed of the orders', wholeNumber(1), 1)
    .option('--unleash <url>', 'flip the flags of this server, not those of the file', someText)
    .option('--json <file>', 'write a row for each scenario', path)
    .option('--html <file>', 'where the report is written (default: ./prove.html)', path)
    .addHelpText('after', more)
    .action(({ quick, minutes, rounds, html, unleash, ...rest }: Flags) =>
      run({
        ...rest,
        json: rest.json,
        unleash: unleash === undefined ? undefined : serverOf(unleash, environment),
        minutes: quick || rounds !== undefined ? 0 : minutes,
        rounds: rounds ?? 1,
        html: html ?? resolve(environment['INIT_CWD'] ?? '.', 'prove.html'),
      }),
    )
}

function serverOf(url: string, environment: NodeJS.ProcessEnv): UnleashServer {
  const { UNLEASH_ADMIN_TOKEN: adminToken = '', FLAGS_TOKEN: backendToken = '' } = environment
  if (adminToken === '' || backendToken === '')
    throw new Problem('--unleash needs UNLEASH_ADMIN_TOKEN and FLAGS_TOKEN, a backend token.', EXIT_USAGE)
  return { url, adminToken, backendToken }
}

function collected(names: readonly string[]) {
  return (name: string, before: readonly string[]): readonly string[] => {
    if (names.includes(name)) return [...before, name]
    throw new InvalidArgumentError(`Scenarios are ${names.join(', ')}.`)
  }
}
