import type { Candle } from './rows.ts'

/** A candle that is being joined. */
export type Changing<T> = { -readonly [K in keyof T]: T[K] }

/** What trades make of a candle, whatever its interval. */
export type CandleTrades = Omit<Candle, 'interval' | 'openTime' | 'endTime'>

/** Add what was traded later in the same interval. */
export function joinCandle(candle: Changing<CandleTrades>, later: CandleTrades): void {
  candle.high = Math.max(candle.high, later.high)
  candle.low = Math.min(candle.low, later.low)
  candle.close = later.close
  candle.volume += later.volume
  candle.quoteVolume += later.quoteVolume
  candle.takerBuyVolume += later.takerBuyVolume
  candle.takerBuyQuoteVolume += later.takerBuyQuoteVolume
  candle.count += later.count
  candle.lastTradeId = later.lastTradeId
}
