import type { TradeEvent } from '@uptick/core'
import type { AggregateTrade, PublicTrade } from '@uptick/readmodel'

/**
 * Joins fills into aggregate trades, with the ids that the core gives. An aggregate ends with its outcome at the
 * latest. Older journals have no such ids: then consecutive fills of one taker order at one price are joined, under the
 * id of the first.
 */
export class Aggregator {
  #open: AggregateTrade | undefined
  #taker = 0

  /** Add a trade and its event; returns the aggregate that it ended, if any. */
  trade(trade: PublicTrade, { aggregateId, takerOrder }: Pick<TradeEvent, 'aggregateId' | 'takerOrder'>) {
    const open = this.#open
    const joins = aggregateId > 0 ? open?.aggregateId === aggregateId : this.#joins(trade, takerOrder)
    if (open && joins) {
      this.#open = { ...open, quantity: open.quantity + trade.quantity, lastTradeId: trade.tradeId }
      return undefined
    }
    this.#taker = takerOrder
    this.#open = {
      aggregateId: aggregateId > 0 ? aggregateId : trade.tradeId,
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

  /** The outcome ends: returns the aggregate in progress. */
  end(): AggregateTrade | undefined {
    const open = this.#open
    this.#open = undefined
    return open
  }

  #joins({ price }: PublicTrade, taker: number): boolean {
    return taker === this.#taker && this.#open?.price === price
  }
}
