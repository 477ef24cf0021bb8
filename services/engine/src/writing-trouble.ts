import { NotReplicatedError } from '@uptick/journal'
import type { Clock } from '@uptick/runtime'

/** Whether a leader can write, as far as another member might do better. */
export class WritingTrouble {
  readonly #clock: Clock
  #since: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `Clock.elapsed` since when the journal has taken nothing; undefined while it takes what it is given. */
  get since(): number | undefined {
    return this.#since
  }

  /** The journal has failed; undefined: it works again. */
  heard(error: unknown): void {
    // That commits wait for no standby is so for all.
    if (error === undefined || error instanceof NotReplicatedError) this.#since = undefined
    else this.#since ??= this.#clock.elapsed()
  }
}
