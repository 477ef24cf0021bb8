/*
 * Time, as services take it from their surroundings. Their classes read no clock and set no timer of their own, so that a test
 * or a simulation can pass in virtual time and run the same code.
 */

export interface Clock {
  /** Wall clock, µs since 1970; may step. For what is told to people and compared with their clocks. */
  now(): number
  /** Milliseconds since an arbitrary start; never steps. For how long something takes, or may take. */
  elapsed(): number
}

/** When this process began, ms since 1970. */
export function processStart(): number {
  return Math.round(performance.timeOrigin)
}

/** Call it to cancel the timer; harmless when it has fired. */
export type CancelTimer = () => void

export interface Timers {
  after(ms: number, run: () => void): CancelTimer
  /** At the end of this turn of the event loop, after the input that is already there was handled. */
  endOfTurn(run: () => void): void
}

/** Milliseconds are all that `Date` has; it follows steps of the system's clock, which `performance` does not. */
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
