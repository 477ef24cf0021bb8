import type { Allowance } from './allowance.ts'
import type { Command } from './command.ts'
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
 * A MARKET order by quote quantity breaks no lot filter: the quantity that its quote quantity buys or sells in the
 * book, as if the order in slot `without` were cancelled, is within the bounds of both filters. Sets `allowance`.
 */
export function quoteLots(
  market: Market,
  spending: Spending,
  side: Side,
  quoteQuantity: number,
  without: number,
  allowance: Allowance,
): RejectCode {
  spending.walkQuote(market, side, quoteQuantity, without, allowance)
  const { quantity, isEmpty } = allowance
  if (isEmpty) return BOOK_EMPTY
  return belowLot(market, quantity) || aboveLot(market, quantity)
}

/**
 * The same with OWN_IN_QUOTE. The executed quantity must reach the minimum quantities; the executed and prevented
 * quantity together must not exceed the maximum. An order may meet an own order before anything is executed. It is
 * placed if its quote quantity would reach the minimum with another account's order in that place: then prevention ends
 * it, as it does an order by quantity.
 */
export function meetingLots(
  market: Market,
  spending: Spending,
  seat: number,
  c: Command,
  without: number,
  allowance: Allowance,
): RejectCode {
  const mode = c.selfTradePrevention || market.defaultMode
  spending.walkMeetings(market, seat, c.side, mode, c.quoteQuantity, without, allowance)
  const { executed, meetsOwnFirst, isEmpty } = spending.meetings
  if (isEmpty) return BOOK_EMPTY
  const least = meetsOwnFirst ? spending.lotsOfQuote(market, c.side, c.quoteQuantity, without) : executed
  return belowLot(market, least) || aboveLot(market, allowance.quantity)
}

function belowLot(market: Market, quantity: number): RejectCode {
  const { minQuantity, marketMinQuantity } = market.filters.definition
  if (quantity === 0 || quantity < minQuantity) return LIQUIDITY_BELOW_LOT
  return quantity < marketMinQuantity ? LIQUIDITY_BELOW_MARKET_LOT : ACCEPTED
}

function aboveLot(market: Market, quantity: number): RejectCode {
  const { maxQuantity, marketMaxQuantity } = market.filters.definition
  if (maxQuantity !== 0 && quantity > maxQuantity) return FILTER_LOT_SIZE
  return marketMaxQuantity !== 0 && quantity > marketMaxQuantity ? FILTER_MARKET_LOT_SIZE : ACCEPTED
}

/** Does the reject say that the book offers too little, which only shows when the order is placed? */
export function isLiquidity(reject: RejectCode): boolean {
  return reject === BOOK_EMPTY || reject === LIQUIDITY_BELOW_LOT || reject === LIQUIDITY_BELOW_MARKET_LOT
}
