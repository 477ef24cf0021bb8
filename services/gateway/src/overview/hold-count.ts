import type { Holds } from '@uptick/protocol'
import type { Clock } from '@uptick/runtime'
import type { HoldObserver } from '../engine-link/pipe-options.ts'

/** Commands that are answered within this met the same change of leader, ms. */
const SAME_CHANGE_MS = 5_000

/** Counts the commands that met a change of leader, and hands them on to another observer. */
export class HoldCount implements HoldObserver {
  readonly #clock: Clock
  readonly #next: HoldObserver | undefined
  #commands = 0
  #refused = 0
  #longestMs = 0
  #lastAt = Number.NEGATIVE_INFINITY

  constructor(clock: Clock, next: HoldObserver | undefined) {
    this.#clock = clock
    this.#next = next
  }

  get holds(): Holds {
    return { commands: this.#commands, refused: this.#refused, longestMs: Math.round(this.#longestMs) }
  }

  held(milliseconds: number): void {
    const now = this.#clock.elapsed()
    this.#longestMs = now - this.#lastAt > SAME_CHANGE_MS ? milliseconds : Math.max(this.#longestMs, milliseconds)
    this.#lastAt = now
    this.#commands++
    this.#next?.held(milliseconds)
  }

  gaveUp(answer: 'busy' | 'unknown'): void {
    this.#refused++
    this.#next?.gaveUp(answer)
  }
}
