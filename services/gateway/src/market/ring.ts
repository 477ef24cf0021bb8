/** The last `capacity` entries that were pushed, oldest first. */
export class Ring<T> {
  readonly #capacity: number
  #entries: T[] = []
  /** Where the oldest entry lies once the ring is full. */
  #start = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#entries.length
  }

  push(entry: T): void {
    if (this.#entries.length < this.#capacity) {
      this.#entries.push(entry)
      return
    }
    this.#entries[this.#start] = entry
    this.#start = (this.#start + 1) % this.#capacity
  }

  /** The last `limit` entries, oldest first. */
  last(limit: number): T[] {
    const count = Math.min(limit, this.#entries.length)
    const result: T[] = []
    for (let i = this.#entries.length - count; i < this.#entries.length; i++) {
      result.push(this.#entries[(this.#start + i) % this.#entries.length]!)
    }
    return result
  }
}
