import { Amount } from './amount.ts'

/**
 * What a market order may take and spend: fixed by the book before its first fill, and only counted down. What self-trades
 * return goes to the balance and not into here. An order with a limit has none: its lock says what it may spend.
 */
export class Allowance {
  /** Quantity units that the order takes at most: what is asked for, or what its quote quantity comes to. */
  quantity = 0
  /** By quote quantity: the book has nothing on the other side, but for an order that is taken away. */
  isEmpty = false
  /** By quote quantity: the book ends before the quote quantity does, or own orders are met when all is taken. */
  isShort = false
  /** BUY: quote units that are held. */
  readonly held = new Amount()

  clear(): void {
    this.quantity = 0
    this.isEmpty = this.isShort = false
    this.held.clear()
  }

  copy(from: Allowance): void {
    this.quantity = from.quantity
    this.isEmpty = from.isEmpty
    this.isShort = from.isShort
    this.held.copy(from.held)
  }
}
