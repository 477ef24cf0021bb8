import type { Side } from '@uptick/core'
import type { AggregateTrade, PublicTrade } from './market-data.ts'
import type { SymbolMarket } from './symbol-market.ts'

/** Who follows every change of the markets, in order, after it was applied: the market streams. */
export interface MarketListener {
  trade(market: SymbolMarket, trade: PublicTrade): void
  aggregate(market: SymbolMarket, aggregate: AggregateTrade): void
  level(market: SymbolMarket, side: Side, price: number, quantity: number): void
  /** A frame of the feed is done: these books changed in it. */
  settled(markets: ReadonlySet<SymbolMarket>): void
  /** Events were missed and the state was loaded anew: who followed the book must start again. */
  restarted(market: SymbolMarket): void
}
