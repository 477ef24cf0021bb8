import { Side } from './enums.ts'
import type { Fill } from './fill.ts'
import type { Market } from './market.ts'
import type { Shard } from './shard.ts'

// As constants of this module: only those are compiled into the code.
const { BUY } = Side

/**
 * Move the money of a fill between the seats of its two sides; both pay their fee from what they receive. `limit` is
 * the price that the taker's lock was computed with, 0 for a market order. `held`: a market order pays from its locked
 * amount.
 */
export function settle(
  shard: Shard,
  market: Market,
  fill: Fill,
  side: Side,
  takerSeat: number,
  makerSeat: number,
  limit: number,
  held: boolean,
): void {
  const { ledger, seats, feeHalfEven } = shard
  const takerBuys = side === BUY
  const buyer = takerBuys ? takerSeat : makerSeat
  const seller = takerBuys ? makerSeat : takerSeat
  const takerLocks = limit !== 0 || held
  const { quantity } = fill
  fill.setQuote(fill.price, quantity, market.quoteScale)
  fill.base.setProduct(quantity, market.baseScale, 1)
  fill.buyerFee.setFee(fill.base, takerBuys ? seats.takerFee(buyer) : seats.makerFee(buyer), feeHalfEven)
  fill.sellerFee.setFee(fill.quote, takerBuys ? seats.makerFee(seller) : seats.takerFee(seller), feeHalfEven)
  fill.buyerLocks = !takerBuys || takerLocks
  fill.sellerLocks = takerBuys || takerLocks
  if (takerBuys && limit !== 0) fill.buyerHeld.setProduct(limit, quantity, market.quoteScale)
  else fill.buyerHeld.copy(fill.quote)
  fill.buyerQuote = seats.quote(buyer)
  fill.buyerBase = seats.base(buyer)
  fill.sellerBase = seats.base(seller)
  fill.sellerQuote = seats.quote(seller)
  fill.baseFees = market.baseFees
  fill.quoteFees = market.quoteFees
  ledger.settle(fill)
}
