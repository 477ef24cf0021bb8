import type { OperatorClient } from '@uptick/operator'
import { Samples } from '@uptick/runtime/samples'
import type { ClusterStatus, ProcessStatus } from '../control/protocol.ts'

/** What a place in the cluster runs. */
export type Kind = 'engine' | 'recorder' | 'gateway' | 'market-maker'

const PROBE_MS_MAX = 1_000
/**
 * Metrics that are asked of a process, by its kind. They are asked by name, because all metrics take a process a while.
 */
const METRICS: Readonly<Record<Kind, readonly string[]>> = {
  engine: ['engine_role', 'engine_epoch', 'engine_sequence', 'engine_lag_commands'],
  gateway: ['gateway_link_epoch', 'gateway_link_sequence'],
  recorder: ['recorder_recorded_sequence', 'recorder_lag_sequences'],
  'market-maker': [],
}

/** A process whose state is queried. */
export interface Observed {
  readonly name: string
  readonly kind: Kind
  readonly process: number
  readonly opsUrl: string | undefined
}

interface Readiness {
  readonly ok: boolean
  readonly conditions: readonly { readonly name: string; readonly met: boolean; readonly reason: string }[]
}

interface EngineAnswer {
  readonly engine: { readonly sequence: number; readonly hash: string }
}

/** Query every process, and the leader for its hash. A process that does not answer is not ready. */
export async function clusterStatus(observed: readonly Observed[], operator: OperatorClient): Promise<ClusterStatus> {
  const [processes, answer] = await Promise.all([
    Promise.all(observed.map((one) => processStatus(one))),
    operator.call<EngineAnswer>('GET', '/status').catch(() => undefined),
  ])
  const leader = processes.find(({ role }) => role === 'leading')
  const hash = answer?.engine.hash
  return {
    leader: leader?.name,
    epoch: leader?.epoch,
    sequence: answer?.engine.sequence ?? leader?.sequence,
    hash,
    processes: processes.map((one) => (one === leader ? { ...one, hash } : one)),
  }
}

/** What an engine does now; undefined when it does not answer. */
export async function roleOf(opsUrl: string | undefined): Promise<string | undefined> {
  if (opsUrl === undefined) return undefined
  const samples = await metricsOf(opsUrl, ['engine_role'])
  return samples?.state('engine_role', 'role')
}

async function processStatus({ name, kind, process, opsUrl }: Observed): Promise<ProcessStatus> {
  if (opsUrl === undefined) return { name, process, ready: true, role: kind, reason: '' }
  const [readiness, samples] = await Promise.all([readinessOf(opsUrl), metricsOf(opsUrl, METRICS[kind])])
  if (!readiness || !samples) return { name, process, ready: false, role: kind, reason: 'does not answer' }
  const unmet = readiness.conditions.filter(({ met }) => !met)
  const reason = unmet.map((condition) => `${condition.name}: ${condition.reason}`).join('; ')
  const base = { name, process, ready: readiness.ok, role: kind, reason }
  if (kind === 'gateway') {
    return { ...base, epoch: samples.value('gateway_link_epoch'), sequence: samples.value('gateway_link_sequence') }
  }
  if (kind === 'recorder') {
    const [sequence, lag] = [samples.value('recorder_recorded_sequence'), samples.value('recorder_lag_sequences')]
    return { ...base, sequence, lag }
  }
  const role = samples.state('engine_role', 'role') ?? kind
  const isLeading = role === 'leading'
  const hashEqual = readiness.conditions.find((condition) => condition.name === 'hash-equal')?.met
  return {
    ...base,
    role,
    epoch: isLeading ? samples.value('engine_epoch') : undefined,
    sequence: samples.value('engine_sequence'),
    lag: isLeading ? undefined : samples.value('engine_lag_commands'),
    hash: isLeading || hashEqual === undefined ? undefined : hashEqual ? 'equal' : 'differs',
  }
}

async function readinessOf(opsUrl: string): Promise<Readiness | undefined> {
  try {
    const response = await fetch(`${opsUrl}/readyz`, { signal: AbortSignal.timeout(PROBE_MS_MAX) })
    const readiness: Readiness = JSON.parse(await response.text())
    return readiness
  } catch {
    return undefined
  }
}

async function metricsOf(opsUrl: string, names: readonly string[]): Promise<Samples | undefined> {
  return Samples.ask(opsUrl, names, PROBE_MS_MAX).catch(() => undefined)
}
