/** Connections that wait to be passed on, those of all addresses together. */
export const WAITING_MAX = 2_048
/** Of one address. A burst of its own may wait: it keeps only itself waiting. */
export const WAITING_PER_ADDRESS_MAX = 1_024

export interface ConnectionLineOptions {
  readonly waitingMax?: number
  readonly waitingPerAddressMax?: number
}

/**
 * What waits, in a line for each client address. The addresses take turns, so one waits as many turns as others wait, however
 * much they have in line.
 */
export class ConnectionLine<Item> {
  readonly #options: Required<ConnectionLineOptions>
  /** None is empty; the address whose turn it is comes first. */
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
   * Go to the end of the line of `address`. Returns what has no place any more: `item` when its address is at its share, and
   * when the line is full the newest of the address that has the most in it.
   *
   * @param isProxy many clients may be behind the address: it has no share but that of all
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

  /** It had its turn, and could not be passed on: it is the next one. Takes it past every bound. */
  putBack(address: string, item: Item): void {
    const line = this.#lines.get(address) ?? []
    line.unshift(item)
    this.#lines.set(address, line)
    this.#size++
  }

  /** The oldest of the address whose turn it is; then it is the turn of the others. */
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
