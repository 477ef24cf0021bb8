import { CommandQueue } from './command-queue.ts'

/** Key of a command for many markets. It is tried again when any of them is free. */
const ANY_MARKET = -1

/** Commands for markets that are busy, in order for each of them. */
export class HeldCommands<T extends { readonly queuedAt: number }> {
  readonly #byMarket = new Map<number, CommandQueue<T>>()
  #count = 0

  get count(): number {
    return this.#count
  }

  /** `symbol` undefined: a command for many markets. */
  hold(symbol: number | undefined, held: T): void {
    const key = symbol ?? ANY_MARKET
    const others = this.#byMarket.get(key) ?? new CommandQueue()
    others.add(held)
    this.#byMarket.set(key, others)
    this.#count++
  }

  /** The commands to try again now that the market is free. */
  release(symbol: number): T[] {
    return [...this.#take(symbol), ...this.#take(ANY_MARKET)]
  }

  /** All of them, in order for each market. */
  releaseAll(): T[] {
    return [...this.#byMarket.keys()].flatMap((key) => this.#take(key))
  }

  /** Take out those that were queued at `before` or earlier. */
  expire(before: number): T[] {
    const expired: T[] = []
    for (const [key, held] of this.#byMarket) {
      expired.push(...held.expire(before))
      if (held.count === 0) this.#byMarket.delete(key)
    }
    this.#count -= expired.length
    return expired
  }

  #take(key: number): T[] {
    const held = [...(this.#byMarket.get(key) ?? [])]
    this.#byMarket.delete(key)
    this.#count -= held.length
    return held
  }
}
