/** Counts by key in fixed windows aligned to the clock. A new window forgets all counts at once. */
export class WindowCounter<Key> {
  /** µs. */
  readonly #length: number
  readonly #counts = new Map<Key, number>()
  #window = -1

  constructor(length: number) {
    this.#length = length
  }

  /** Add `amount`, which may be negative; a count never falls below 0. Returns the new count. */
  add(key: Key, amount: number, now: number): number {
    this.#turn(now)
    const count = Math.max(0, (this.#counts.get(key) ?? 0) + amount)
    this.#counts.set(key, count)
    return count
  }

  get(key: Key, now: number): number {
    this.#turn(now)
    return this.#counts.get(key) ?? 0
  }

  /** µs until the window ends. */
  left(now: number): number {
    return this.#length - (now % this.#length)
  }

  #turn(now: number): void {
    const window = Math.floor(now / this.#length)
    if (window === this.#window) return
    this.#window = window
    this.#counts.clear()
  }
}
