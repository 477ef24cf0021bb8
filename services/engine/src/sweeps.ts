import type { CancelTimer, Timers } from '@uptick/runtime'

/** Chores that are done every so often, until they are stopped together. */
export class Sweeps {
  readonly #timers: Timers
  readonly #pending = new Set<CancelTimer>()
  #stopped = false

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** Do `run` every `milliseconds` from now on. */
  every(milliseconds: number, run: () => void): void {
    if (this.#stopped) return
    const cancel = this.#timers.after(milliseconds, () => {
      this.#pending.delete(cancel)
      this.every(milliseconds, run)
      run()
    })
    this.#pending.add(cancel)
  }

  stop(): void {
    this.#stopped = true
    for (const cancel of this.#pending) cancel()
    this.#pending.clear()
  }
}
