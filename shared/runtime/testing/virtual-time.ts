import type { CancelTimer, Clock, Timers } from '../src/clock.ts'

/** Promises that may follow from one another within a turn. */
const PROMISES_MAX = 20
const settled = Promise.resolve()

interface Timer {
  readonly at: number
  /** Of those that fall due together, the one that was set first goes first. */
  readonly order: number
  readonly run: () => void
  isCancelled: boolean
}

/**
 * Clock and timers of a test or a simulation: time moves only when it is told to, and everything due runs in order.
 * `turn` and `advance` let promises settle in between; `turnNow` and `advanceNow` are for code without promises.
 */
export class VirtualTime implements Clock, Timers {
  /** Wall clock, µs; a test may step it. */
  wall: number
  #elapsed = 0
  #order = 0
  /** A binary heap, the next one first. */
  readonly #timers: Timer[] = []
  #turn: (() => void)[] = []

  /** @param wall µs since 1970 */
  constructor(wall = 1_700_000_000_000_000) {
    this.wall = wall
  }

  now(): number {
    return this.wall
  }

  elapsed(): number {
    return this.#elapsed
  }

  after(ms: number, run: () => void): CancelTimer {
    return this.at(this.#elapsed + ms, run)
  }

  /** When `elapsed` is this. */
  at(elapsed: number, run: () => void): CancelTimer {
    const timer: Timer = { at: elapsed, order: this.#order++, run, isCancelled: false }
    this.#push(timer)
    return () => (timer.isCancelled = true)
  }

  endOfTurn(run: () => void): void {
    this.#turn.push(run)
  }

  /** End this turn of the event loop, and the turns that follow from it, with the promises in between. */
  async turn(): Promise<void> {
    do {
      const ending = this.#turn
      if (ending.length > 0) this.#turn = []
      for (const run of ending) run()
      // Promises of the code under test settle in between, as they do between two turns.
      for (let i = 0; i < PROMISES_MAX; i++) await settled
    } while (this.#turn.length > 0)
  }

  /** Let `ms` milliseconds pass, timer by timer. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms
    await this.turn()
    for (let next = this.#due(end); next; next = this.#due(end)) {
      next.run()
      await this.turn()
    }
    this.#moveTo(end)
  }

  /** `turn` without promises. */
  turnNow(): void {
    while (this.#turn.length > 0) {
      const ending = this.#turn
      this.#turn = []
      for (const run of ending) run()
    }
  }

  /** `advance` without promises. */
  advanceNow(ms: number): void {
    const end = this.#elapsed + ms
    this.turnNow()
    for (let next = this.#due(end); next; next = this.#due(end)) {
      next.run()
      this.turnNow()
    }
    this.#moveTo(end)
  }

  /** Let `ms` milliseconds pass in which nothing runs: the process is stopped. */
  stand(ms: number): void {
    this.#moveTo(this.#elapsed + ms)
  }

  /** The next timer that is due by `end`, taken off; time has moved to it. */
  #due(end: number): Timer | undefined {
    for (let next = this.#timers[0]; next && next.at <= end; next = this.#timers[0]) {
      this.#pop()
      if (next.isCancelled) continue
      this.#moveTo(Math.max(next.at, this.#elapsed))
      return next
    }
    return undefined
  }

  #moveTo(elapsed: number): void {
    this.wall += Math.round((elapsed - this.#elapsed) * 1000)
    this.#elapsed = elapsed
  }

  #push(timer: Timer): void {
    const timers = this.#timers
    let place = timers.push(timer) - 1
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (isBefore(timers[parent]!, timer)) break
      timers[place] = timers[parent]!
      place = parent
    }
    timers[place] = timer
  }

  #pop(): void {
    const timers = this.#timers
    const last = timers.pop()!
    const { length } = timers
    if (length === 0) return
    let place = 0
    for (let child = 1; child < length; child = 2 * place + 1) {
      if (child + 1 < length && isBefore(timers[child + 1]!, timers[child]!)) child++
      if (isBefore(last, timers[child]!)) break
      timers[place] = timers[child]!
      place = child
    }
    timers[place] = last
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
