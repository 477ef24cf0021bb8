import { componentOf, isReady, type Pod, type WatchEvent } from '@uptick/deploy'

export type PodState = 'pending' | 'unready' | 'ready' | 'leaving'

/** The state of one pod from then on. */
export interface PodStretch {
  readonly state: PodState
  readonly from: number
  to: number | undefined
}

/** The life of one pod. */
export interface PodLane {
  readonly name: string
  readonly component: string
  readonly stretches: PodStretch[]
}

const COMPONENTS = ['gateway', 'engine', 'recorder', 'journal', 'fan-out']

/** Records the states of every pod of the exchange over time, by the given clock. */
export class PodLanes {
  readonly #lanes = new Map<string, PodLane>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  heard({ type, object }: WatchEvent<Pod>): void {
    const component = componentOf(object)
    if (!COMPONENTS.includes(component)) return
    const { uid, name } = object.metadata
    let lane = this.#lanes.get(uid)
    if (lane === undefined) this.#lanes.set(uid, (lane = { name, component, stretches: [] }))
    const at = this.#now()
    const last = lane.stretches.at(-1)
    const state = type === 'DELETED' ? undefined : stateOf(object)
    if (last?.to === undefined && last?.state === state) return
    if (last !== undefined && last.to === undefined) last.to = at
    if (state !== undefined) lane.stretches.push({ state, from: at, to: undefined })
  }

  /** Pods that existed between two times, by component, then by start. */
  between(from: number, to: number): PodLane[] {
    return [...this.#lanes.values()]
      .filter(({ stretches }) => stretches.some((stretch) => stretch.from < to && (stretch.to ?? to) > from))
      .toSorted((a, b) => {
        const order = COMPONENTS.indexOf(a.component) - COMPONENTS.indexOf(b.component)
        return order || (a.stretches[0]?.from ?? 0) - (b.stretches[0]?.from ?? 0)
      })
  }
}

function stateOf(pod: Pod): PodState {
  if (pod.metadata.deletionTimestamp !== undefined) return 'leaving'
  if (isReady(pod)) return 'ready'
  return pod.status.phase === 'Pending' ? 'pending' : 'unready'
}
