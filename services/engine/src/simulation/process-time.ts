import type { CancelTimer, Clock, Timers } from '../seams.ts'
import type { VirtualTime } from './virtual-time.ts'

/**
 * The clock and the timers of one simulated process, which can be stopped (as by SIGSTOP: what falls due meanwhile runs
 * when it goes on, in order) and killed (nothing runs any more).
 */
export class ProcessTime implements Clock, Timers {
  readonly #time: VirtualTime
  #isStopped = false
  #isDead = false
  /** The wall clock's error, µs. */
  skew = 0
  #due: (() => void)[] = []

  constructor(time: VirtualTime) {
    this.#time = time
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
    return this.#time.elapsed()
  }

  after(ms: number, run: () => void): CancelTimer {
    let isCancelled = false
    const cancel = this.#time.after(ms, () =>
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
