/** The lowest, highest and last prices at which an order has traded; 0 without a trade. */
export class TradedPrices {
  low = 0
  high = 0
  last = 0

  /** No trade has a price of 0. */
  get isEmpty(): boolean {
    return this.last === 0
  }

  clear(): void {
    this.low = this.high = this.last = 0
  }

  add(price: number): void {
    if (this.isEmpty || price < this.low) this.low = price
    if (this.isEmpty || price > this.high) this.high = price
    this.last = price
  }
}
