import type { Side } from './enums.ts'
import type { Market } from './market.ts'
import { Reject, type RejectCode } from './reject.ts'
import type { Spending } from './spending.ts'

// As constants of this module: only those are compiled into the code.
const {
  NONE: ACCEPTED,
  BOOK_EMPTY,
  FILTER_LOT_SIZE,
  FILTER_MARKET_LOT_SIZE,
  LIQUIDITY_BELOW_LOT,
  LIQUIDITY_BELOW_MARKET_LOT,
} = Reject

/**
 * A MARKET order by quote quantity breaks no lot filter: the quantity that the quote comes to in the book, as if the order
 * in slot `without` were cancelled, keeps to the bounds of both. Sets `spending.quantity`.
 */
export function quoteLots(
  market: Market,
  spending: Spending,
  side: Side,
  quoteQuantity: number,
  without: number,
): RejectCode {
  const { minQuantity, maxQuantity, marketMinQuantity, marketMaxQuantity } = market.filters.definition
  spending.walkQuote(market, side, quoteQuantity, without)
  const { quantity } = spending
  if (spending.isEmpty) return BOOK_EMPTY
  if (quantity === 0 || quantity < minQuantity) return LIQUIDITY_BELOW_LOT
  if (quantity < marketMinQuantity) return LIQUIDITY_BELOW_MARKET_LOT
  if (maxQuantity !== 0 && quantity > maxQuantity) return FILTER_LOT_SIZE
  return marketMaxQuantity !== 0 && quantity > marketMaxQuantity ? FILTER_MARKET_LOT_SIZE : ACCEPTED
}

/** Does the reject say that the book offers too little, which only shows once the order is placed? */
export function isLiquidity(reject: RejectCode): boolean {
  return reject === BOOK_EMPTY || reject === LIQUIDITY_BELOW_LOT || reject === LIQUIDITY_BELOW_MARKET_LOT
}
