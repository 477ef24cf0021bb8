/** The last `capacity` entries that were pushed, oldest first. */
export class Ring<T> {
  readonly #capacity: number
  #entries: T[] = []
  /** Where the oldest entry lies once the ring is full. */
  #start = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get newest(): T | undefined {
    return this.#entries.at(this.#start - 1)
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
    const newer = this.#entries.slice(0, this.#start)
    if (limit <= newer.length) return newer.slice(newer.length - limit)
    const older = this.#entries.slice(this.#start)
    return [...older.slice(-(limit - newer.length)), ...newer]
  }
}
