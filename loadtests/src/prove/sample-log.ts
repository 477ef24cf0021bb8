import { element } from '../element.ts'
/** How a request ended. `late`: answered past the patience; `unsent`: no connection was free in time. */
export const Outcome = { OK: 0, ERROR: 1, BROKEN: 2, LATE: 3, UNSENT: 4 } as const
export type Outcome = (typeof Outcome)[keyof typeof Outcome]

const FIRST_CAPACITY = 1 << 14

/**
 * Every request of a proof: when it was due, its latency from then on, how it ended. Flat arrays, because there are
 * many.
 */
export class SampleLog {
  length = 0
  #due = new Float64Array(FIRST_CAPACITY)
  #latency = new Float32Array(FIRST_CAPACITY)
  #outcome = new Uint8Array(FIRST_CAPACITY)

  /** @param due when it should have been sent, ms of `performance.now` @param latency ms from then to its end */
  add(due: number, latency: number, outcome: Outcome): void {
    if (this.length === this.#due.length) this.#grow()
    this.#due[this.length] = due
    this.#latency[this.length] = latency
    this.#outcome[this.length] = outcome
    this.length++
  }

  due(index: number): number {
    return element(this.#due, index)
  }

  latency(index: number): number {
    return element(this.#latency, index)
  }

  outcome(index: number): Outcome {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only outcomes are entered
    return element(this.#outcome, index) as Outcome
  }

  /** When it ended. */
  end(index: number): number {
    return this.due(index) + this.latency(index)
  }

  /** A late answer is an answer too: it ends a gap. */
  answered(index: number): boolean {
    const outcome = this.#outcome[index]
    return outcome === Outcome.OK || outcome === Outcome.LATE
  }

  #grow(): void {
    const capacity = this.#due.length * 2
    const [due, latency, outcome] = [this.#due, this.#latency, this.#outcome]
    this.#due = new Float64Array(capacity)
    this.#latency = new Float32Array(capacity)
    this.#outcome = new Uint8Array(capacity)
    this.#due.set(due)
    this.#latency.set(latency)
    this.#outcome.set(outcome)
  }
}
