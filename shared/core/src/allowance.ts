import { Amount } from './amount.ts'

/**
 * What a market order may take and spend. The book fixes it before the order's first fill, and from then on it only
 * falls. Money that self-trades return goes to the balance and not into the allowance. An order with a limit has no
 * allowance: its lock bounds what it spends.
 */
export class Allowance {
  /**
   * Quantity units that the order takes at most: its quantity, or the quantity that its quote quantity buys or sells.
   */
  quantity = 0
  /** By quote quantity: the other side of the book is empty, apart from an order that is to be cancelled. */
  isEmpty = false
  /**
   * By quote quantity: the book ends before the quote quantity does, or only own orders are left after all is taken.
   */
  isShort = false
  /** BUY: quote units that are locked. */
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
