/** A fingerprint of trades that depends on their order: two 32-bit chains over maker, taker, price and quantity. */
export class TradeChecksum {
  #a = 0x811c9dc5 | 0
  #b = 0x9747b28c | 0
  trades = 0
  quantity = 0

  add(maker: number, taker: number, price: number, quantity: number): void {
    this.trades++
    this.quantity += quantity
    this.#mix(maker)
    this.#mix(taker)
    this.#mix(price)
    this.#mix(quantity)
  }

  /** The two chains as unsigned numbers, as a flow's header holds them. */
  words(): readonly [number, number] {
    return [this.#a >>> 0, this.#b >>> 0]
  }

  toString(): string {
    return this.words()
      .map((word) => word.toString(16).padStart(8, '0'))
      .join('')
  }

  #mix(value: number): void {
    this.#a = rotated(Math.imul(this.#a ^ value, 0x01000193))
    this.#b = rotated(Math.imul(this.#b ^ value, 0x85ebca6b))
  }
}

function rotated(value: number): number {
  return (value << 13) | (value >>> 19)
}
