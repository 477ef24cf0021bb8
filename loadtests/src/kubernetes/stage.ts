import { setTimeout as delay } from 'node:timers/promises'
import {
  componentOf,
  findWorkloads,
  isOfPart,
  isReady,
  PART_NAMES,
  progressOf,
  stateOf,
  type ExchangeWatch,
  type Kubectl,
  type Pod,
} from '@uptick/deploy'
import type { Timeline } from '../prove/timeline.ts'
import type { Fact } from './act.ts'
import type { FaultCommand } from './fault-command.ts'
import type { LeaderLog } from './leader-log.ts'

const LOOK_MS = 200
const WHOLE_MS_MAX = 240_000

export interface StageOptions {
  readonly kubectl: Kubectl
  readonly watch: ExchangeWatch
  readonly leaders: LeaderLog
  readonly timeline: Timeline
  readonly overlay: string
  readonly fault: FaultCommand | undefined
  readonly say: (what: string) => void
}

/** The exchange in its cluster, on which scenarios are played, and ways to wait for it. */
export class Stage {
  readonly kubectl: Kubectl
  readonly watch: ExchangeWatch
  readonly overlay: string
  readonly timeline: Timeline
  /** Additional measurements. */
  readonly facts: Fact[] = []
  readonly #options: StageOptions

  constructor(options: StageOptions) {
    this.#options = options
    this.kubectl = options.kubectl
    this.watch = options.watch
    this.overlay = options.overlay
    this.timeline = options.timeline
  }

  /** Report a step, and mark it in the report. */
  mark(what: string): number {
    this.#options.say(`  ${what}`)
    return this.timeline.mark(what)
  }

  /** A measurement for the report. */
  fact(name: string, value: string): void {
    this.#options.say(`  ${name}: ${value}`)
    this.facts.push([name, value])
  }

  /** The command that breaks nodes. @throws Error when none was given */
  get fault(): FaultCommand {
    if (this.#options.fault === undefined) throw new Error('this needs a command that breaks nodes: --fault')
    return this.#options.fault
  }

  get leader(): string | undefined {
    return this.#options.leaders.leader
  }

  pods(component: string): Pod[] {
    return this.watch.pods.filter((pod) => componentOf(pod) === component)
  }

  pod(name: string): Pod {
    const pod = this.watch.pods.find(({ metadata }) => metadata.name === name)
    if (pod === undefined) throw new Error(`there is no pod ${name}`)
    return pod
  }

  /** Replace every pod of each part, part by part, as a deployment does. @throws Error after four minutes */
  async restart(...parts: readonly string[]): Promise<void> {
    for (const part of parts) {
      this.mark(`rollout restart ${part}`)
      await this.kubectl.run(['rollout', 'restart', `${part === 'engine' ? 'statefulset' : 'deployment'}/${part}`])
      await this.whole()
    }
  }

  /** Name of the leading pod, as soon as there is one. @throws Error after four minutes */
  async led(): Promise<string> {
    for (;;) {
      await this.until('there is a leader', () => this.leader !== undefined)
      const { leader } = this
      if (leader !== undefined) return leader
    }
  }

  /** Wait until every part is complete, every pod ready, and there is a leader. @throws Error after four minutes */
  async whole(): Promise<void> {
    const generations = await this.#generations()
    await this.until(
      'everything is ready',
      () => this.leader !== undefined && PART_NAMES.every((part) => isWhole(this, part)),
      generations,
    )
  }

  /** Number of ready pods of the part. */
  ready(component: string): number {
    return this.pods(component).filter((pod) => isReady(pod)).length
  }

  /** Wait until `isSo`. @throws Error after four minutes, with the pods that are not ready */
  async until(what: string, isSo: () => boolean, generations: ReadonlyMap<string, number> = new Map()): Promise<void> {
    const isSeen = (): boolean =>
      [...generations].every(
        ([name, generation]) => (this.watch.workload(name)?.metadata.generation ?? 0) >= generation,
      )
    for (const began = performance.now(); !isSeen() || !isSo(); await delay(LOOK_MS)) {
      if (performance.now() - began < WHOLE_MS_MAX) continue
      const unready = this.watch.pods.filter((pod) => isOfPart(pod) && !isReady(pod))
      const states = unready.map((pod) => `${pod.metadata.name} ${stateOf(pod)}`)
      throw new Error(`not within ${WHOLE_MS_MAX / 1000} s: ${what}; not ready: ${states.join('; ')}`)
    }
  }

  /** Ask the API server, because a watch may be behind it. */
  async #generations(): Promise<Map<string, number>> {
    const workloads = await findWorkloads(this.kubectl)
    return new Map(workloads.map(({ metadata }) => [metadata.name, metadata.generation ?? 0]))
  }
}

function isWhole(stage: Stage, part: string): boolean {
  const workload = stage.watch.workload(part)
  if (workload === undefined || !progressOf(workload).isComplete) return false
  // A pod that ends still drains, and belongs to the change.
  const pods = stage.pods(part)
  return pods.length === workload.spec.replicas && pods.every((pod) => isReady(pod))
}
