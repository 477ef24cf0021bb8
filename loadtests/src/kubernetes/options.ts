import { resolve } from 'node:path'
import {
  commandLine,
  InvalidArgumentError,
  pathFrom,
  positiveNumber,
  Problem,
  EXIT_USAGE,
  someText,
  wholeNumber,
  type Command,
} from '@uptick/commandline'
import { PATIENCE_MS } from '../story/story.ts'
import { FaultCommand } from './fault-command.ts'

export interface ProofOptions {
  /** Names of scenarios; empty: all. */
  readonly names: readonly string[]
  readonly isQuick: boolean
  readonly rounds: number
  /** Requests a second; `half`: half of what the cluster sustains, which is measured first. */
  readonly rate: number | 'half'
  readonly watchers: number
  readonly namespace: string
  readonly overlay: string
  readonly url: string | undefined
  /** Local addresses among which traders are divided, in k6's notation. */
  readonly from: string | undefined
  readonly fault: FaultCommand | undefined
  /** Folder that keeps the stories of traders and listeners, one folder for each scenario. */
  readonly stories: string | undefined
  readonly json: string | undefined
  readonly html: string
}

export interface ProofCommand {
  readonly options: ProofOptions
  /** Command that starts the cluster, before anything else. */
  readonly cluster: string | undefined
  /** Command that runs all of this in the network from which the cluster is reached. */
  readonly through: string | undefined
}

const about = `Trades on the exchange in a Kubernetes cluster, replaces and breaks its parts under that load, and compares
what traders were told with the journal.`

const more = `
  npm run prove:kubernetes -- --quick
  npm run prove:kubernetes -- roll-all drain-nodes --rate 100
  npm run prove:kubernetes -- --all --fault './break'

Uses the current kubeconfig; kubectl and k6 (go install go.k6.io/k6@v1.8.1) have to be on the PATH. A request that is late
(over ${PATIENCE_MS / 1000} seconds after it was due) or not sent has failed; no request is retried. Ends with 0 when every check passed.`

interface Flags extends Pick<ProofOptions, 'rounds' | 'rate' | 'watchers' | 'namespace' | 'overlay'> {
  readonly all: boolean
  readonly quick: boolean
  readonly list: boolean
  readonly url?: string
  readonly from?: string
  readonly cluster?: string
  readonly through?: string
  readonly fault?: string
  readonly stories?: string
  readonly json?: string
  readonly html?: string
}

/** Actions for a valid command line. */
export interface ProofActions {
  readonly prove: (command: ProofCommand) => Promise<void>
  readonly list: () => void
}

/** The command line after `npm run prove:kubernetes --`. */
export function proofCommandLine(environment: NodeJS.ProcessEnv, actions: ProofActions): Command {
  const path = pathFrom(environment)
  return commandLine('npm run prove:kubernetes --', about)
    .argument('[scenarios...]', 'which scenarios, in this order; --list shows them')
    .option('--all', 'all scenarios', false)
    .option('--quick', 'roll-all, drain-nodes, rollback, bad-release and the control', false)
    .option('--list', 'the scenarios, and what each does', false)
    .option('--rounds <n>', 'number of repetitions', wholeNumber(1), 1)
    .option(
      '--rate <n>',
      'requests a second; half: half of what the cluster sustains, which is measured first',
      rate,
      60,
    )
    .option('--watchers <n>', 'subscribers of the market', wholeNumber(1), 4)
    .option('--namespace <name>', 'where the exchange runs', someText, 'uptick')
    .option('--overlay <name>', 'overlay of deployments and rollbacks', someText, 'local')
    .option('--url <url>', 'address for traders (default: that of the Service gateway)', someText)
    .option(
      '--from <addresses>',
      'addresses of this machine, among which traders are divided: 10.0.0.5-10.0.0.20',
      someText,
    )
    .option(
      '--cluster <command>',
      'brings a cluster up (COMMAND up), then runs in its network (COMMAND run …)',
      someText,
    )
    .option('--through <command>', 'runs all of this through COMMAND, into the network of the cluster', someText)
    .option('--fault <command>', 'breaks nodes and zones: COMMAND node|zone NAME cut|heal|kill|start', someText)
    .option('--stories <folder>', 'keep what traders and listeners wrote down here', path)
    .option('--json <file>', 'write a row for each scenario', path)
    .option('--html <file>', 'where the report is written (default: ./prove-kubernetes.html)', path)
    .addHelpText('after', more)
    .action(async (names: readonly string[], flags: Flags) => {
      if (flags.list) actions.list()
      else await actions.prove(commandOf(names, flags, environment))
    })
}

function rate(text: string): number | 'half' {
  if (text === 'half') return text
  try {
    return positiveNumber(text)
  } catch {
    throw new InvalidArgumentError('It is a number above 0, or half.')
  }
}

function commandOf(names: readonly string[], flags: Flags, environment: NodeJS.ProcessEnv): ProofCommand {
  const { all, quick, cluster, rounds, watchers, namespace, overlay, url, from, stories, json, html } = flags
  if (names.length === 0 && !all && !quick) throw new Problem('Name scenarios, or --all, or --quick.', EXIT_USAGE)
  const fault = flags.fault ?? cluster
  const options: ProofOptions = {
    names,
    isQuick: quick && !all,
    rounds,
    rate: flags.rate,
    watchers,
    namespace,
    overlay,
    url,
    from,
    fault: fault === undefined ? undefined : new FaultCommand(fault),
    stories,
    json,
    html: html ?? resolve(environment['INIT_CWD'] ?? '.', 'prove-kubernetes.html'),
  }
  return { options, cluster, through: flags.through ?? (cluster && `${cluster} run`) }
}
