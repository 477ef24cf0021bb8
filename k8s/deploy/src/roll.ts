import { setTimeout as delay } from 'node:timers/promises'
import type { ExchangeWatch } from './exchange-watch.ts'
import { brokenReason, restartsOf, type Pod, type Workload } from './objects.ts'
import type { Pulse } from './pod-metrics.ts'
import { isOfPart } from './workloads.ts'

const LOOK_MS = 1_000

/** When a roll is given up. */
export interface RollLimits {
  /** Nothing has changed for this long. */
  readonly stallMs: number
  /** A pod is broken for this long: an image that cannot be pulled, a process that ends again and again. */
  readonly brokenMs: number
  /** There was a leader, and has been none for this long. */
  readonly leaderlessMs: number
  /** Share of the answers since the begin that were 5xx, and the least number of them. */
  readonly errorShareMax: number
  readonly errorsMin: number
}

export const ROLL_LIMITS: RollLimits = {
  stallMs: 120_000,
  brokenMs: 15_000,
  leaderlessMs: 15_000,
  errorShareMax: 0.001,
  errorsMin: 5,
}

/** The roll does not go on, and why. */
export class RollFailedError extends Error {
  override readonly name = 'RollFailedError'
}

/** What a roll looks at. */
export type Watched = Pick<ExchangeWatch, 'pods' | 'isSettled' | 'pulse'>

/** Watches rolls: whether they go on, and whether traders notice. */
export class Roll {
  readonly #watch: Watched
  readonly #limits: RollLimits
  readonly #onLook: (pulse: Pulse) => void
  #marker = ''
  #movedAt = performance.now()
  /** When a leader was last seen: in an empty cluster that may take as long as images take to come. */
  #ledAt: number | undefined
  readonly #brokenSince = new Map<string, number>()
  /** Of a release that this one is to mend: not held against it. */
  #brokenBefore: ReadonlySet<string> | undefined

  constructor(watch: Watched, limits: RollLimits, onLook: (pulse: Pulse) => void) {
    this.#watch = watch
    this.#limits = limits
    this.#onLook = onLook
  }

  /** Look once. @throws RollFailedError when it must not go on */
  async look(): Promise<void> {
    const pulse = await this.#watch.pulse()
    this.#onLook(pulse)
    const now = performance.now()
    this.#seeErrors(pulse)
    this.#seeLeader(pulse, now)
    this.#seeBroken(now)
    this.#seeMovement(now)
  }

  /**
   * Resolves when all of `workloads`, as they were asked to be or later, are replaced and ready.
   *
   * @throws RollFailedError
   */
  async complete(workloads: readonly Workload[]): Promise<void> {
    this.#movedAt = performance.now()
    for (;;) {
      await this.look()
      if (workloads.every((workload) => this.#watch.isSettled(workload))) return
      await delay(LOOK_MS)
    }
  }

  #seeErrors({ errors, requests }: Pulse): void {
    const { errorShareMax, errorsMin } = this.#limits
    if (errors >= errorsMin && errors > requests * errorShareMax)
      throw new RollFailedError(`errors rise: ${errors} of ${requests} requests were answered with 5xx`)
  }

  #seeLeader({ leader }: Pulse, now: number): void {
    if (leader !== undefined) this.#ledAt = now
    else if (this.#ledAt !== undefined && now - this.#ledAt > this.#limits.leaderlessMs)
      throw new RollFailedError(`there is no leader for ${Math.round((now - this.#ledAt) / 1000)} s`)
  }

  #seeBroken(now: number): void {
    // None of this roll's own can be broken already when it is looked at for the first time.
    this.#brokenBefore ??= new Set(this.#watch.pods.filter(brokenReason).map(({ metadata }) => metadata.uid))
    for (const pod of this.#watch.pods) {
      const { uid, name } = pod.metadata
      const reason = this.#brokenBefore.has(uid) ? undefined : brokenReason(pod)
      const since = this.#brokenSince.get(uid)
      if (reason === undefined || !isOfPart(pod)) this.#brokenSince.delete(uid)
      else if (since === undefined) this.#brokenSince.set(uid, now)
      else if (now - since > this.#limits.brokenMs) throw new RollFailedError(`${name} does not start: ${reason}`)
    }
  }

  #seeMovement(now: number): void {
    const marker = this.#watch.pods
      .map((pod) => [
        pod.metadata.uid,
        pod.status.phase,
        pod.metadata.deletionTimestamp,
        restartsOf(pod),
        readyText(pod),
      ])
      .join()
    if (marker !== this.#marker) this.#movedAt = now
    this.#marker = marker
    if (now - this.#movedAt > this.#limits.stallMs)
      throw new RollFailedError(`nothing has moved for ${Math.round((now - this.#movedAt) / 1000)} s`)
  }
}

function readyText({ status }: Pod): string {
  return (status.conditions ?? []).map(({ type, status: is }) => `${type}=${is}`).join()
}
