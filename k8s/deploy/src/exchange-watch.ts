import type { Kubectl } from './kubectl.ts'
import {
  brokenReason,
  componentOf,
  conditionOf,
  isReady,
  progressOf,
  restartsOf,
  type Deployment,
  type Pod,
  type StatefulSet,
  type Workload,
} from './objects.ts'
import { PodMetrics, type Pulse } from './pod-metrics.ts'
import { Watch, type WatchEvent } from './watch.ts'
import { PARTS } from './workloads.ts'

const SELECTOR = ['--selector', 'app.kubernetes.io/part-of=uptick']
const GATES = 'uptick.dev/'

/** Everything of one exchange that a roll changes, as it is this moment. */
export class ExchangeWatch {
  readonly #pods: Watch<Pod>
  readonly #deployments: Watch<Deployment>
  readonly #statefulSets: Watch<StatefulSet>
  readonly #metrics: PodMetrics

  constructor(kubectl: Kubectl, onPod: (event: WatchEvent<Pod>) => void = () => undefined) {
    this.#pods = new Watch<Pod>(kubectl, ['pods', ...SELECTOR], onPod)
    this.#deployments = new Watch<Deployment>(kubectl, ['deployments', ...SELECTOR])
    this.#statefulSets = new Watch<StatefulSet>(kubectl, ['statefulsets', ...SELECTOR])
    this.#metrics = new PodMetrics(kubectl)
  }

  get pods(): Pod[] {
    return [...this.#pods.objects.values()]
  }

  workload(name: string): Workload | undefined {
    return this.#deployments.objects.get(name) ?? this.#statefulSets.objects.get(name)
  }

  /** Whether a workload, as it was asked to be or later, is replaced and ready; who is replaced may still drain. */
  isReplaced({ metadata }: Workload): boolean {
    const seen = this.workload(metadata.name)
    if (seen === undefined || (seen.metadata.generation ?? 0) < (metadata.generation ?? 0)) return false
    return progressOf(seen).isComplete
  }

  /** Whether it is replaced and no pod leaves any more: one that is still drained belongs to the change. */
  isSettled(workload: Workload): boolean {
    const { name } = workload.metadata
    const leaving = this.pods.some((pod) => componentOf(pod) === name && pod.metadata.deletionTimestamp)
    return this.isReplaced(workload) && !leaving
  }

  /** The parts that are there. */
  get workloads(): Workload[] {
    return PARTS.map(({ name }) => this.workload(name)).filter((workload) => workload !== undefined)
  }

  /** Ask the processes for their status; engines alone know the leader. */
  pulse(parts: readonly string[] = ['engine', 'gateway']): Promise<Pulse> {
    return this.#metrics.look(this.pods, parts)
  }

  close(): void {
    this.#pods.stop()
    this.#deployments.stop()
    this.#statefulSets.stop()
    this.#metrics.close()
  }
}

/** What a pod is doing, and what it lacks. */
export function stateOf(pod: Pod): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'leaves'
  const broken = brokenReason(pod)
  const restarts = restartsOf(pod)
  const again = restarts > 0 ? `, restarted ${restarts} times` : ''
  if (broken !== undefined) return broken + again
  if (isReady(pod)) return `ready${again}`
  const lacks = (pod.status.conditions ?? [])
    .filter(({ type, status }) => type.startsWith(GATES) && status !== 'True')
    .map(({ type, message }) => `${type.slice(GATES.length)} (${message || 'not yet'})`)
  const scheduled = conditionOf(pod, 'PodScheduled')
  if (scheduled?.status === 'False') return `not scheduled: ${scheduled.message ?? ''}`
  return `${pod.status.phase.toLowerCase()}${lacks.length > 0 ? `, lacks ${lacks.join(', ')}` : ''}${again}`
}
