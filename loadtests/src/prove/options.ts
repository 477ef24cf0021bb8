import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export interface ProveOptions {
  /** Rounds are begun until then, */
  readonly minutes: number
  /** and at least this often. */
  readonly rounds: number
  /** Names of scenarios; empty: all. */
  readonly only: readonly string[]
  readonly json: string | undefined
  readonly html: string | undefined
  readonly rate: number
  readonly connections: number
  readonly seed: number
}

export const help = `Starts an exchange of its own, trades steadily, and replaces everything under that load.

  npm run prove
  npm run prove -- --minutes 10 --json rows.json --html report.html

  --quick           one round of all scenarios, about a minute
  --minutes N       rounds until N minutes are over, 3 unless told
  --rounds N        N rounds, however long they take
  --only SCENARIO   that one alone; may be given several times
  --rate N          requests a second, 150 unless told
  --connections N   kept HTTP connections, 48 unless told
  --seed N          which orders, 1 unless told
  --json FILE       a row for each scenario
  --html FILE       the report, prove.html unless told

Each round: nothing for a while (steady), rolls (roll recorder, roll engine, roll gateway), hand-offs (hand-off), kill -9 of
the leader (kill leader), and SIGSTOP of it past its lease, then SIGCONT (freeze leader). A request that is late (over a
second after it was due) or not sent counts as failed; nothing is ever sent twice. At the end every acknowledgement is
compared with the journal, and every stream with its numbers. Ends with 0 when all held.
`

/** @returns undefined when help was asked for @throws Error for what cannot be understood */
export function parseOptions(args: readonly string[], base: string): ProveOptions | undefined {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      minutes: text,
      rounds: text,
      only: { type: 'string', multiple: true, default: [] },
      rate: text,
      connections: text,
      seed: text,
      json: text,
      html: text,
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  const number = (name: 'minutes' | 'rounds' | 'rate' | 'connections' | 'seed', fallback: number): number => {
    const value = Number(values[name] ?? fallback)
    if (!(value > 0)) throw new Error(`--${name} ${values[name]}: a number above 0 is needed`)
    return value
  }
  return {
    minutes: values.quick || values.rounds !== undefined ? 0 : number('minutes', 3),
    rounds: number('rounds', 1),
    only: values.only,
    rate: number('rate', 150),
    connections: number('connections', 48),
    seed: number('seed', 1),
    json: values.json === undefined ? undefined : resolve(base, values.json),
    html: values.html === undefined ? resolve(base, 'prove.html') : resolve(base, values.html),
  }
}
