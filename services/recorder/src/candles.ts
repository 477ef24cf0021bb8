import {
  CANDLE_INTERVALS,
  type CandleInterval,
  type CandlePart,
  type CandleTrades,
  type Changing,
  joinCandle,
  openTimeOf,
  type RecordedTrade,
  stepOpenTime,
} from '@uptick/readmodel'

/** What trades add to the candles of one market and interval, in order of time. */
class Series {
  readonly #symbol: number
  readonly #interval: CandleInterval
  readonly parts: Changing<CandlePart>[] = []
  #endTime = Number.NEGATIVE_INFINITY

  constructor(symbol: number, interval: CandleInterval) {
    this.#symbol = symbol
    this.#interval = interval
  }

  trade(trade: RecordedTrade): void {
    const takerBuys = !trade.buyerIsMaker
    const { price, quantity, quote, tradeId } = trade
    this.#add(trade.time, {
      open: price,
      high: price,
      low: price,
      close: price,
      volume: BigInt(quantity),
      quoteVolume: quote,
      takerBuyVolume: takerBuys ? BigInt(quantity) : 0n,
      takerBuyQuoteVolume: takerBuys ? quote : 0n,
      count: 1,
      firstTradeId: tradeId,
      lastTradeId: tradeId,
    })
  }

  /** Merge a candle of a shorter interval, which lies entirely within one of this interval. */
  merge(part: CandlePart): void {
    this.#add(part.openTime, part)
  }

  #add(time: number, more: CandleTrades): void {
    const last = this.parts.at(-1)
    if (time >= this.#endTime || last === undefined) {
      const openTime = openTimeOf(this.#interval, time)
      this.#endTime = stepOpenTime(this.#interval, openTime, 1)
      this.parts.push({ ...more, symbol: this.#symbol, interval: this.#interval, openTime })
      return
    }
    joinCandle(last, more)
  }
}

/** Collects trades, in order of time, into the parts that they add to the candles of every interval. */
export class CandleCollector {
  readonly #seconds = new Map<number, Series>()

  trade(trade: RecordedTrade): void {
    let series = this.#seconds.get(trade.symbol)
    if (!series) this.#seconds.set(trade.symbol, (series = new Series(trade.symbol, '1s')))
    series.trade(trade)
  }

  /** Every other interval consists of whole seconds, so each trade is counted once and each second fifteen times. */
  parts(): CandlePart[] {
    const all: CandlePart[] = []
    for (const [symbol, seconds] of this.#seconds) {
      all.push(...seconds.parts)
      for (const interval of CANDLE_INTERVALS) {
        if (interval === '1s') continue
        const series = new Series(symbol, interval)
        for (const second of seconds.parts) series.merge(second)
        all.push(...series.parts)
      }
    }
    return all
  }
}
