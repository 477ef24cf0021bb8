/** An order as its trader sent it. Price and quantity as decimal text; a MARKET order has no price. */
export interface SentOrder {
  readonly clientId: string
  readonly account: number
  readonly side: 'BUY' | 'SELL'
  readonly price: string
  readonly quantity: string
}

/** What the trader knows about an order. `unknown`: no answer, or one that says that the outcome is unknown. */
export type Fate =
  | { readonly kind: 'sent' }
  | { readonly kind: 'acknowledged'; readonly orderId: number }
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'unknown' }

/**
 * Codes of answers that leave open whether the request was executed: internal error, disconnected, unexpected response,
 * timeout. Every other error says that nothing was done.
 */
const UNCERTAIN = new Set([-1000, -1001, -1006, -1007])

/** The record as plain data, for a file. */
export interface AcknowledgementsRecord {
  readonly orders: readonly { readonly order: SentOrder; readonly fate: Fate }[]
  readonly cancelled: readonly number[]
}

/** The traders' record: the answers that they got, kept outside of the exchange. */
export class Acknowledgements {
  /** As another process recorded it. */
  static from({ orders, cancelled }: AcknowledgementsRecord): Acknowledgements {
    const told = new Acknowledgements()
    for (const { order, fate } of orders) {
      told.sent(order)
      told.#settle(order.clientId, fate)
    }
    for (const orderId of cancelled) told.cancelled.add(orderId)
    return told
  }

  readonly #orders = new Map<string, { order: SentOrder; fate: Fate }>()
  /** Ids of orders whose cancel was acknowledged. */
  readonly cancelled = new Set<number>()

  get size(): number {
    return this.#orders.size
  }

  count(kind: Fate['kind']): number {
    let found = 0
    for (const { fate } of this.#orders.values()) if (fate.kind === kind) found++
    return found
  }

  /** Orders that were sent and have no answer now. */
  waiting(): SentOrder[] {
    return [...this.#orders.values()].filter(({ fate }) => fate.kind === 'sent').map(({ order }) => order)
  }

  sent(order: SentOrder): void {
    if (this.#orders.has(order.clientId)) throw new Error(`client order id ${order.clientId} was used before`)
    this.#orders.set(order.clientId, { order, fate: { kind: 'sent' } })
  }

  acknowledged(clientId: string, orderId: number): void {
    this.#settle(clientId, { kind: 'acknowledged', orderId })
  }

  failed(clientId: string, code: number): void {
    this.#settle(clientId, UNCERTAIN.has(code) ? { kind: 'unknown' } : { kind: 'refused', code })
  }

  lost(clientId: string): void {
    this.#settle(clientId, { kind: 'unknown' })
  }

  get(clientId: string): { readonly order: SentOrder; readonly fate: Fate } | undefined {
    return this.#orders.get(clientId)
  }

  all(): Iterable<{ readonly order: SentOrder; readonly fate: Fate }> {
    return this.#orders.values()
  }

  toJSON(): AcknowledgementsRecord {
    return { orders: [...this.all()], cancelled: [...this.cancelled] }
  }

  #settle(clientId: string, fate: Fate): void {
    const known = this.#orders.get(clientId)
    if (known === undefined) throw new Error(`client order id ${clientId} was never sent`)
    known.fate = fate
  }
}
