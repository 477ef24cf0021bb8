/** The lowest and highest prices at which an order has traded. */
export class TradedPrices {
  isEmpty = true
  low = 0
  high = 0
  last = 0

  clear(): void {
    this.isEmpty = true
    this.low = this.high = this.last = 0
  }

  add(price: number): void {
    if (this.isEmpty || price < this.low) this.low = price
    if (this.isEmpty || price > this.high) this.high = price
    this.last = price
    this.isEmpty = false
  }
}
