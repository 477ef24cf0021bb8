import type { Clock, Timers } from '@uptick/runtime'

interface Alarm {
  readonly at: number
  readonly run: () => void
  cancelled: boolean
}

/** A clock and timers in the hand of a test: nothing happens until `advance` or `turn` is called. */
export class VirtualTime implements Clock, Timers {
  #now: number
  /** How far the wall clock has been stepped, µs. */
  #stepped = 0
  #alarms: Alarm[] = []
  #turn: (() => void)[] = []

  /** `now` in µs. */
  constructor(now = 1_700_000_000_000_000) {
    this.#now = now
  }

  now(): number {
    return this.#now + this.#stepped
  }

  elapsed(): number {
    return this.#now / 1000
  }

  /** Set the wall clock on or back. */
  step(microseconds: number): void {
    this.#stepped += microseconds
  }

  /** Let `ms` pass in which nothing runs: the process is frozen. */
  freeze(ms: number): void {
    this.#now += ms * 1000
  }

  after(ms: number, run: () => void): () => void {
    const alarm: Alarm = { at: this.#now + ms * 1000, run, cancelled: false }
    this.#alarms.push(alarm)
    return () => (alarm.cancelled = true)
  }

  endOfTurn(run: () => void): void {
    this.#turn.push(run)
  }

  /** End this turn of the event loop, and those that follow from it. */
  turn(): void {
    while (this.#turn.length > 0) for (const run of this.#turn.splice(0)) run()
  }

  /** Let `ms` pass; alarms ring in order, each in a turn of its own. */
  advance(ms: number): void {
    const until = this.#now + ms * 1000
    this.turn()
    for (;;) {
      this.#alarms = this.#alarms.filter((alarm) => !alarm.cancelled)
      const next = this.#alarms.toSorted((a, b) => a.at - b.at)[0]
      if (next === undefined || next.at > until) break
      this.#alarms.splice(this.#alarms.indexOf(next), 1)
      this.#now = Math.max(this.#now, next.at)
      next.run()
      this.turn()
    }
    this.#now = until
  }
}
