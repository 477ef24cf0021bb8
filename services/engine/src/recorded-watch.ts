import type { EngineSeams } from './engine-seams.ts'
import { RECORDED_POLL_MS } from './limits.ts'
import type { Recovered } from './recovery.ts'

/** The recorder's progress: the engine need not remember what the recorder has written. */
export class RecordedWatch {
  readonly #seams: Pick<EngineSeams, 'timers' | 'recordedThrough'>
  #through = 0

  constructor(seams: Pick<EngineSeams, 'timers' | 'recordedThrough'>) {
    this.#seams = seams
  }

  /** Sequence, as heard last. */
  get through(): number {
    return this.#through
  }

  /** Ask repeatedly while the state lives; the state drops closed orders that are recorded. */
  watch(state: Recovered, isAlive: () => boolean): void {
    this.#seams.timers.after(RECORDED_POLL_MS, () => {
      if (!isAlive()) return
      this.#seams
        .recordedThrough()
        .then(
          (sequence) => {
            this.#through = sequence
            state.closedOrders.recordedThrough(sequence)
          },
          () => undefined,
        )
        .finally(() => this.watch(state, isAlive))
    })
  }
}
