/** What the gateway takes from its surroundings, so that a simulation can hand in its own. */

export interface Clock {
  /** Wall clock, µs since 1970; may step. For what is told to people and compared with their clocks. */
  now(): number
  /** Milliseconds since an arbitrary start; never steps. For how long something takes, or may take. */
  elapsed(): number
}

/** Call it to cancel the timer; harmless when it has fired. */
export type CancelTimer = () => void

export interface Timers {
  after(ms: number, run: () => void): CancelTimer
  /** At the end of this turn of the event loop, after the input that is already there was handled. */
  endOfTurn(run: () => void): void
}

/** The channel to the parent: a forked process has one. */
export interface ParentChannel {
  send?(message: object): boolean
  on(event: 'message', listener: (message: unknown, handle: unknown) => void): unknown
}

/** Wall clock with the resolution of `performance`, which follows the system's clock through `Date`. */
export const systemClock: Clock = {
  now: () => Date.now() * 1000,
  elapsed: () => performance.now(),
}

export const systemTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  endOfTurn(run) {
    setImmediate(run)
  },
}
