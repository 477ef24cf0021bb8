import type { AggregateTrade, PublicTrade } from './market-data.ts'

/** Joins consecutive fills of one taker order at one price. A group ends with its outcome at the latest. */
export class Aggregator {
  #open: AggregateTrade | undefined
  #taker = 0

  /** Take a trade; returns the group that it ended, if any. */
  trade(trade: PublicTrade, taker: number): AggregateTrade | undefined {
    const open = this.#open
    if (open && taker === this.#taker && open.price === trade.price && open.buyerIsMaker === trade.buyerIsMaker) {
      this.#open = { ...open, quantity: open.quantity + trade.quantity, lastTradeId: trade.tradeId }
      return undefined
    }
    this.#taker = taker
    this.#open = {
      aggregateId: trade.tradeId,
      price: trade.price,
      quantity: trade.quantity,
      firstTradeId: trade.tradeId,
      lastTradeId: trade.tradeId,
      time: trade.time,
      buyerIsMaker: trade.buyerIsMaker,
      sequence: trade.sequence,
    }
    return open
  }

  /** The outcome is over: returns the group in progress. */
  end(): AggregateTrade | undefined {
    const open = this.#open
    this.#open = undefined
    return open
  }
}
