import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { PATIENCE_MS } from '../story/story.ts'
import { FaultCommand } from './fault-command.ts'

export interface ProofOptions {
  /** Names of scenarios; empty: all. */
  readonly names: readonly string[]
  readonly isQuick: boolean
  readonly rounds: number
  /** Requests a second; `half`: of what the cluster sustains, measured first. */
  readonly rate: number | 'half'
  readonly watchers: number
  readonly namespace: string
  readonly overlay: string
  readonly url: string | undefined
  readonly fault: FaultCommand | undefined
  /** Keeps what traders and listeners wrote, a folder for each scenario. */
  readonly stories: string | undefined
  readonly json: string | undefined
  readonly html: string
}

export interface ProofCommand {
  readonly options: ProofOptions
  /** Brings the cluster up, before anything else. */
  readonly cluster: string | undefined
  /** Runs all of this, in the network from which the cluster is reached. */
  readonly through: string | undefined
}

export const help = `Trades on the exchange in a Kubernetes cluster, replaces and breaks its parts under that load, and compares what traders
were told with the journal.

  npm run prove:kubernetes -- --quick
  npm run prove:kubernetes -- roll-all drain-nodes --rate 100
  npm run prove:kubernetes -- --all --fault './break'

  NAME…              scenarios, in this order; --list tells what there is
  --all              all of them
  --quick            roll-all, drain-nodes, rollback, bad-release and the control
  --list             the scenarios, and what each does
  --rounds N         so many times, 1 unless told
  --rate N           requests a second, 60 unless told; half: of what the cluster sustains, which is measured first
  --watchers N       subscribers of the market, 4 unless told
  --namespace NAME   where the exchange runs, uptick unless told
  --overlay NAME     what deployments and rollbacks use, local unless told
  --url URL          where traders come in; the address of the Service gateway unless told
  --cluster COMMAND  brings a cluster up (COMMAND up), and goes on in its network (COMMAND run …), with its faults
  --through COMMAND  runs all of this through COMMAND, into a network from which the cluster is reached
  --fault COMMAND    breaks nodes and zones: COMMAND node|zone NAME cut|heal|kill|start
  --stories FOLDER   keeps what traders and listeners wrote down
  --json FILE        a row for each scenario
  --html FILE        the report, prove-kubernetes.html unless told

Uses the current kubeconfig; kubectl and k6 (go install go.k6.io/k6@v1.8.1) have to be on the PATH. A request that is late
(over ${PATIENCE_MS / 1000} seconds after it was due) or not sent counts as failed; nothing is ever sent twice. Ends with 0 when all held.
`

/** @returns undefined when help was asked for @throws Error for what cannot be understood */
export function parseOptions(args: readonly string[], base: string): ProofCommand | 'help' | 'list' {
  const [text, flag] = [{ type: 'string' } as const, { type: 'boolean', default: false } as const]
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      all: flag,
      quick: flag,
      list: flag,
      rounds: text,
      rate: text,
      watchers: text,
      namespace: text,
      overlay: text,
      url: text,
      cluster: text,
      through: text,
      fault: text,
      stories: text,
      json: text,
      html: text,
      help: { ...flag, short: 'h' },
    },
  })
  if (values.help) return 'help'
  if (values.list) return 'list'
  const number = (name: 'rounds' | 'rate' | 'watchers', fallback: number): number => {
    const value = Number(values[name] ?? fallback)
    if (!(value > 0)) throw new Error(`--${name} ${values[name]}: a number above 0 is needed`)
    return value
  }
  if (positionals.length === 0 && !values.all && !values.quick) throw new Error('name scenarios, or --all, or --quick')
  const fault = values.fault ?? values.cluster
  const options: ProofOptions = {
    names: positionals,
    isQuick: values.quick && !values.all,
    rounds: number('rounds', 1),
    rate: values.rate === 'half' ? 'half' : number('rate', 60),
    watchers: number('watchers', 4),
    namespace: values.namespace ?? 'uptick',
    overlay: values.overlay ?? 'local',
    url: values.url,
    fault: fault === undefined ? undefined : new FaultCommand(fault),
    stories: values.stories === undefined ? undefined : resolve(base, values.stories),
    json: values.json === undefined ? undefined : resolve(base, values.json),
    html: resolve(base, values.html ?? 'prove-kubernetes.html'),
  }
  return { options, cluster: values.cluster, through: values.through ?? (values.cluster && `${values.cluster} run`) }
}
