/** Commands that wait to be sent, in the order in which they are to leave. */
export class CommandQueue<T extends { readonly queuedAt: number }> {
  #items: T[] = []
  #head = 0

  get count(): number {
    return this.#items.length - this.#head
  }

  add(item: T): void {
    this.#items.push(item)
  }

  /** Insert before all others. The items may have come later than some of those behind them. */
  putFirst(items: readonly T[]): void {
    if (items.length > 0) this.#set([...items, ...this])
  }

  /** Take out the first. */
  next(): T | undefined {
    const item = this.#items[this.#head]
    if (item === undefined) return undefined
    this.#head++
    if (this.#head === this.#items.length) this.#set([])
    return item
  }

  /** Take out those that came at `before` or earlier, wherever they stand. */
  expire(before: number): T[] {
    const late: T[] = []
    const others: T[] = []
    for (const item of this) (item.queuedAt <= before ? late : others).push(item)
    if (late.length > 0) this.#set(others)
    return late
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items.slice(this.#head).values()
  }

  #set(items: T[]): void {
    this.#items = items
    this.#head = 0
  }
}
