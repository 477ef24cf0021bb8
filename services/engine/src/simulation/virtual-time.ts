import type { CancelTimer, Clock, Timers } from '../seams.ts'

interface Timer {
  readonly at: number
  readonly run: () => void
}

/** Clock and timers of a simulation: time moves only when `advance` says so, and everything due runs in order. */
export class VirtualTime implements Clock, Timers {
  /** Wall clock, µs; a simulation may set it back. */
  wall = 1_700_000_000_000_000
  #elapsed = 0
  readonly #timers = new Set<Timer>()
  #turn: (() => void)[] = []

  now(): number {
    return this.wall
  }

  elapsed(): number {
    return this.#elapsed
  }

  after(ms: number, run: () => void): CancelTimer {
    const timer: Timer = { at: this.#elapsed + ms, run }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  endOfTurn(run: () => void): void {
    this.#turn.push(run)
  }

  /** End this turn of the event loop, and the turns that follow from it, with the promises in between. */
  async turn(): Promise<void> {
    do {
      for (const run of this.#turn.splice(0)) run()
      // Promises of the code under test settle in between, as they do between two turns.
      for (let i = 0; i < 20; i++) await Promise.resolve()
    } while (this.#turn.length > 0)
  }

  /** Let `ms` milliseconds pass, timer by timer. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms
    await this.turn()
    for (;;) {
      const next = this.#nextDue(end)
      if (!next) break
      this.#timers.delete(next)
      this.#moveTo(Math.max(next.at, this.#elapsed))
      next.run()
      await this.turn()
    }
    this.#moveTo(end)
  }

  /** Let `ms` milliseconds pass in which nothing runs: the process is stopped. */
  stand(ms: number): void {
    this.#moveTo(this.#elapsed + ms)
  }

  #moveTo(elapsed: number): void {
    this.wall += Math.round((elapsed - this.#elapsed) * 1000)
    this.#elapsed = elapsed
  }

  #nextDue(end: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) if (timer.at <= end && (!next || timer.at < next.at)) next = timer
    return next
  }
}
