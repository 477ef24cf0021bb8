import type { Clock } from '@uptick/runtime'
import { AWAY_MS_MAX } from './limits.ts'

/**
 * Notices that this process was stopped, or starved. What its sockets hold by then was sent long ago, and gateways may
 * have told traders that its outcome is unknown: they have to connect again and send what still stands.
 */
export class Wakefulness {
  readonly #clock: Clock
  readonly #wokeUp: () => void
  #checkedAt: number

  constructor(clock: Clock, wokeUp: () => void) {
    this.#clock = clock
    this.#wokeUp = wokeUp
    this.#checkedAt = clock.elapsed()
  }

  /** Called by a timer, several times in `AWAY_MS_MAX`, and before what came in is looked at. */
  check(): void {
    const now = this.#clock.elapsed()
    const absence = now - this.#checkedAt
    this.#checkedAt = now
    if (absence > AWAY_MS_MAX) this.#wokeUp()
  }
}
