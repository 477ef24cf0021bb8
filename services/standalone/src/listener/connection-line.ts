/** Bound on the connections of all addresses together that wait to be passed on. */
export const WAITING_MAX = 2_048
/** Bound on those of one address. A burst of one address delays only that address. */
export const WAITING_PER_ADDRESS_MAX = 1_024

export interface ConnectionLineOptions {
  readonly waitingMax?: number
  readonly waitingPerAddressMax?: number
}

/**
 * Waiting connections, in one queue for each client address. The addresses take turns, so a connection waits for one
 * turn of each other address, however long their queues are.
 */
export class ConnectionLine<Item> {
  readonly #options: Required<ConnectionLineOptions>
  /** No queue is empty. The address whose turn it is comes first. */
  readonly #lines = new Map<string, Item[]>()
  #size = 0

  constructor(options: ConnectionLineOptions = {}) {
    this.#options = {
      waitingMax: options.waitingMax ?? WAITING_MAX,
      waitingPerAddressMax: options.waitingPerAddressMax ?? WAITING_PER_ADDRESS_MAX,
    }
  }

  get size(): number {
    return this.#size
  }

  /**
   * Append to the queue of `address`. Returns the connection that has no place any more: `item` when its address has
   * reached its share, or when the queues are full the newest one of the longest queue.
   *
   * @param isProxy many clients may be behind the address: only the bound of all applies to it
   */
  join(address: string, item: Item, isProxy = false): Item | undefined {
    const { waitingMax, waitingPerAddressMax } = this.#options
    const own = this.#lines.get(address)?.length ?? 0
    if (own >= waitingPerAddressMax && !isProxy) return item
    if (this.#size < waitingMax) {
      this.#put(address, item)
      return undefined
    }
    const [heaviest, most] = this.#heaviest()
    if (most <= own + 1) return item
    const pushedOut = this.#takeFrom(heaviest, (line) => line.pop())
    this.#put(address, item)
    return pushedOut
  }

  /** Put back a connection that could not be passed on in its turn: it is the next one. No bound applies. */
  putBack(address: string, item: Item): void {
    const line = this.#lines.get(address) ?? []
    line.unshift(item)
    this.#lines.set(address, line)
    this.#size++
  }

  /** Take the oldest connection of the address whose turn it is. The next call takes another address. */
  next(): Item | undefined {
    for (const [address, line] of this.#lines) {
      this.#lines.delete(address)
      this.#lines.set(address, line)
      return this.#takeFrom(address, () => line.shift())
    }
    return undefined
  }

  #put(address: string, item: Item): void {
    const line = this.#lines.get(address)
    if (line === undefined) this.#lines.set(address, [item])
    else line.push(item)
    this.#size++
  }

  #takeFrom(address: string, take: (line: Item[]) => Item | undefined): Item | undefined {
    const line = this.#lines.get(address)
    if (line === undefined) return undefined
    const item = take(line)
    if (line.length === 0) this.#lines.delete(address)
    this.#size--
    return item
  }

  #heaviest(): [address: string, count: number] {
    let heaviest: [string, number] = ['', 0]
    for (const [address, { length }] of this.#lines) if (length > heaviest[1]) heaviest = [address, length]
    return heaviest
  }
}
