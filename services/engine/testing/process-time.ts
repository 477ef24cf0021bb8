import type { CancelTimer, Clock, Timers } from '@uptick/runtime'
import type { VirtualTime } from '@uptick/runtime/testing'

/** Monotonic clocks are slewed by NTP, by this part at most: any two differ by twice that. */
const DRIFT_MAX = 0.0005

/** How fast the monotonic clock of a process runs beside true time, by chance. */
export function drift(chance: { next(): number }): number {
  return 1 + (2 * chance.next() - 1) * DRIFT_MAX
}

/**
 * The clock and the timers of one simulated process, which can be stopped (as by SIGSTOP: what falls due meanwhile runs
 * when it goes on, in order) and killed (nothing runs any more).
 */
export class ProcessTime implements Clock, Timers {
  readonly #time: VirtualTime
  readonly #startedAt: number
  readonly #rate: number
  #isStopped = false
  #isDead = false
  /** The wall clock's error, µs. */
  skew = 0
  #due: (() => void)[] = []

  /** @param rate of the monotonic clock, which shows nought now */
  constructor(time: VirtualTime, rate = 1) {
    this.#time = time
    this.#startedAt = time.elapsed()
    this.#rate = rate
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  get isDead(): boolean {
    return this.#isDead
  }

  now(): number {
    return this.#time.now() + this.skew
  }

  elapsed(): number {
    return (this.#time.elapsed() - this.#startedAt) * this.#rate
  }

  after(ms: number, run: () => void): CancelTimer {
    return this.at(this.#time.elapsed() + ms / this.#rate, run)
  }

  /** When true time is at `elapsed`, ms: something comes from outside. What comes at the same moment keeps its order. */
  at(elapsed: number, run: () => void): CancelTimer {
    let isCancelled = false
    const cancel = this.#time.at(elapsed, () =>
      this.#run(() => {
        if (!isCancelled) run()
      }),
    )
    return () => {
      isCancelled = true
      cancel()
    }
  }

  endOfTurn(run: () => void): void {
    this.#time.endOfTurn(() => this.#run(run))
  }

  stop(): void {
    this.#isStopped = true
  }

  /** Go on: everything that fell due runs, each in a turn of its own. */
  proceed(): void {
    this.#isStopped = false
    const due = this.#due
    this.#due = []
    for (const run of due) this.#time.after(0, () => this.#run(run))
  }

  kill(): void {
    this.#isDead = true
    this.#due = []
  }

  #run(run: () => void): void {
    if (this.#isDead) return
    if (this.#isStopped) this.#due.push(run)
    else run()
  }
}
