/** Bound on keys that are counted in one window. */
export const COUNTED_MAX = 200_000

/**
 * Counts by key in fixed windows aligned to the clock. A new window drops all counts at once. Past the bound on keys
 * the one that was counted first is dropped: it starts again from 0, and no other key is refused because of it.
 */
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
    if (this.#counts.size >= COUNTED_MAX && !this.#counts.has(key)) forgetFirst(this.#counts)
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

/** Forget the key that was entered first. */
export function forgetFirst<Key>(map: Map<Key, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key)
    return
  }
}
