import type { CountedAddress } from '@uptick/runtime'
import type { CountedBy, Counter } from './counter-store.ts'
import { COUNTED_MAX, forgetFirst } from './window-counter.ts'

/** One count of one window. */
export class SharedCount {
  /** Its name in Redis. */
  readonly name: string
  /** The address, for a count of an address. */
  readonly address: CountedAddress | undefined
  /** End of its window, µs. */
  readonly end: number
  /** What this gateway counted, and what all others had counted at the last exchange. */
  own = 0
  others = 0
  /** `own` has changed since Redis was told, or Redis may know a higher value. */
  isDirty = false

  constructor(name: string, address: CountedAddress | undefined, end: number) {
    this.name = name
    this.address = address
    this.end = end
  }

  get value(): number {
    return Math.max(0, this.own + this.others)
  }
}

export interface SharedCounterOptions {
  /** Redis names begin with it. */
  readonly name: string
  readonly by: CountedBy
  /** µs. */
  readonly length: number
  readonly changed: (count: SharedCount) => void
}

/** Counts at once in memory, and adds what the other gateways have counted. */
export class SharedCounter<Key extends string | number> implements Counter<Key> {
  readonly #options: SharedCounterOptions
  readonly #counts = new Map<Key, SharedCount>()
  #window = -1

  constructor(options: SharedCounterOptions) {
    this.#options = options
  }

  add(key: Key, amount: number, now: number): number {
    this.#turn(now)
    let count = this.#counts.get(key)
    if (!count) {
      if (this.#counts.size >= COUNTED_MAX) forgetFirst(this.#counts)
      this.#counts.set(key, (count = this.#open(key)))
    }
    // Never below 0, also not in sum with the others.
    count.own = Math.max(-count.others, count.own + amount)
    this.#options.changed(count)
    return count.value
  }

  get(key: Key, now: number): number {
    this.#turn(now)
    return this.#counts.get(key)?.value ?? 0
  }

  left(now: number): number {
    return this.#options.length - (now % this.#options.length)
  }

  /** Every count of the window. */
  counts(): Iterable<SharedCount> {
    return this.#counts.values()
  }

  #open(key: Key): SharedCount {
    const { by, length, name } = this.#options
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `by` says what keys are
    const address = by === 'address' ? (key as CountedAddress) : undefined
    return new SharedCount(`${name}:${this.#window}:${key}`, address, (this.#window + 1) * length)
  }

  #turn(now: number): void {
    const window = Math.floor(now / this.#options.length)
    if (window === this.#window) return
    this.#window = window
    this.#counts.clear()
  }
}
