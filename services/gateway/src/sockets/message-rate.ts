import type { Clock } from '@uptick/runtime'

/** Messages that a connection may send within one second (pings and pongs count), after a burst when it is new. */
export interface MessageRateOptions {
  readonly perSecond: number
  readonly burst: number
}

/** A token bucket: it gains `perSecond` tokens a second and holds at most `burst`. */
export class MessageRate {
  readonly #options: MessageRateOptions
  readonly #clock: Clock
  #tokens: number
  #at: number

  constructor(options: MessageRateOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
    this.#tokens = options.burst
    this.#at = clock.now()
  }

  /** Take one message; false when the connection sends too many. */
  take(): boolean {
    const now = this.#clock.now()
    const { perSecond, burst } = this.#options
    this.#tokens = Math.min(burst, this.#tokens + (Math.max(0, now - this.#at) / 1_000_000) * perSecond)
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}
