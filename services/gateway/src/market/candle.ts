import { type CandleInterval, openTimeOf, type PublicTrade, stepOpenTime } from '@uptick/readmodel'
import type { CandleView } from './market-data.ts'

/** A candle in progress. Without trades it only carries a price. */
export class Candle {
  readonly interval: CandleInterval
  readonly openTime: number
  readonly endTime: number
  open: number
  high: number
  low: number
  close: number
  volume = 0n
  quoteVolume = 0n
  takerBuyVolume = 0n
  takerBuyQuoteVolume = 0n
  count = 0
  firstTradeId = -1
  lastTradeId = -1

  /**
   * The empty candle of `interval` that contains `time`, at the price of the last trade before it. `offset` is that of
   * its time zone, µs.
   */
  constructor(interval: CandleInterval, time: number, price: number, offset = 0) {
    this.interval = interval
    this.openTime = openTimeOf(interval, time, offset)
    this.endTime = stepOpenTime(interval, this.openTime, 1, offset)
    this.open = this.high = this.low = this.close = price
  }

  trade(trade: PublicTrade): void {
    const { price, tradeId } = trade
    const quantity = BigInt(trade.quantity)
    if (this.count === 0) {
      this.open = this.high = this.low = price
      this.firstTradeId = tradeId
    } else if (price > this.high) this.high = price
    else if (price < this.low) this.low = price
    this.close = price
    this.lastTradeId = tradeId
    this.count++
    this.volume += quantity
    this.quoteVolume += trade.quote
    if (!trade.buyerIsMaker) {
      this.takerBuyVolume += quantity
      this.takerBuyQuoteVolume += trade.quote
    }
  }

  /** Add a later candle of a shorter interval (or of the same one: trades that came after those in here). */
  merge(later: CandleView): void {
    if (later.count === 0) return
    if (this.count === 0) {
      this.open = later.open
      this.high = later.high
      this.low = later.low
      this.firstTradeId = later.firstTradeId
    } else {
      if (later.high > this.high) this.high = later.high
      if (later.low < this.low) this.low = later.low
    }
    this.close = later.close
    this.lastTradeId = later.lastTradeId
    this.count += later.count
    this.volume += later.volume
    this.quoteVolume += later.quoteVolume
    this.takerBuyVolume += later.takerBuyVolume
    this.takerBuyQuoteVolume += later.takerBuyQuoteVolume
  }

  copy(): Candle {
    const copy = new Candle(this.interval, this.openTime, this.close)
    copy.merge(this)
    return copy
  }
}
