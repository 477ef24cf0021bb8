import {
  closeTimeIn,
  levelRows,
  priceChange,
  priceChangePercent,
  type SymbolFormat,
  timeIn,
  type TimeUnit,
} from '@uptick/protocol'
import type { AggregateTrade, PublicTrade } from '@uptick/readmodel'
import { type CandleView, DAY_MINUTES, type TickerView } from '../market/market-data.ts'
import type { SymbolMarket } from '../market/symbol-market.ts'
import type { DepthDiff } from './depth-window.ts'
import type { StatisticsStream, WindowTicker } from './stream-name.ts'

/**
 * The payloads of the market streams as JSON text. They are written as text because each is made once for all
 * subscribers, and because the rates are high. Every inserted string consists of digits, except the symbol, which is
 * escaped.
 */

export function tradePayload(market: SymbolMarket, trade: PublicTrade, unit: TimeUnit): string {
  const { format } = market
  const time = timeIn(trade.time, unit)
  return (
    `{"e":"trade","E":${time},"s":${symbolText(market)},"t":${trade.tradeId},"p":"${format.price(trade.price)}",` +
    `"q":"${format.quantity(trade.quantity)}","T":${time},"m":${trade.buyerIsMaker},"M":true}`
  )
}

export function aggregatePayload(market: SymbolMarket, aggregate: AggregateTrade, unit: TimeUnit): string {
  const { format } = market
  const time = timeIn(aggregate.time, unit)
  return (
    `{"e":"aggTrade","E":${time},"s":${symbolText(market)},"a":${aggregate.aggregateId},` +
    `"p":"${format.price(aggregate.price)}","q":"${format.quantity(aggregate.quantity)}",` +
    `"f":${aggregate.firstTradeId},"l":${aggregate.lastTradeId},"T":${time},"m":${aggregate.buyerIsMaker},"M":true}`
  )
}

export function diffPayload(market: SymbolMarket, diff: DepthDiff, now: number, unit: TimeUnit): string {
  const bids = levelsText(market.format, [...diff.bids].toSorted(descending))
  const asks = levelsText(market.format, [...diff.asks].toSorted(ascending))
  return (
    `{"e":"depthUpdate","E":${timeIn(now, unit)},"s":${symbolText(market)},"U":${diff.firstUpdateId},` +
    `"u":${diff.lastUpdateId},"b":${bids},"a":${asks}}`
  )
}

export function partialDepthPayload(market: SymbolMarket, levels: number): string {
  const { updateId, bids, asks } = market.depth(levels)
  return `{"lastUpdateId":${updateId},"bids":${levelsText(market.format, bids)},"asks":${levelsText(market.format, asks)}}`
}

export function bookTickerPayload(market: SymbolMarket): string {
  const { format } = market
  const book = market.bookTicker()
  return (
    `{"u":${book.updateId},"s":${symbolText(market)},"b":"${format.price(book.bidPrice)}",` +
    `"B":"${format.quantity(book.bidQuantity)}","a":"${format.price(book.askPrice)}",` +
    `"A":"${format.quantity(book.askQuantity)}"}`
  )
}

export function candlePayload(
  market: SymbolMarket,
  candle: CandleView,
  closed: boolean,
  now: number,
  unit: TimeUnit,
): string {
  const { format } = market
  return JSON.stringify({
    e: 'kline',
    E: timeIn(now, unit),
    s: market.name,
    k: {
      t: timeIn(candle.openTime, unit),
      T: closeTimeIn(candle.endTime, unit),
      s: market.name,
      i: candle.interval,
      f: candle.firstTradeId,
      L: candle.lastTradeId,
      o: format.price(candle.open),
      c: format.price(candle.close),
      h: format.price(candle.high),
      l: format.price(candle.low),
      v: format.volume(candle.volume),
      n: candle.count,
      x: closed,
      q: format.quoteAmount(candle.quoteVolume),
      V: format.volume(candle.takerBuyVolume),
      Q: format.quoteAmount(candle.takerBuyQuoteVolume),
      B: '0',
    },
  })
}

/** A stream of statistics, as they stand at `now` (µs). */
export function statisticsPayload(market: SymbolMarket, stream: StatisticsStream, now: number, unit: TimeUnit): string {
  switch (stream.kind) {
    case 'ticker':
      return dayTickerPayload(market, now, unit)
    case 'miniTicker':
      return miniTickerPayload(market, now, unit)
    case 'windowTicker':
      return windowTickerPayload(market, stream, now, unit)
    case 'avgPrice':
      return averagePricePayload(market, now, unit)
  }
}

/** `!miniTicker@arr`. */
export function miniTickersPayload(markets: readonly SymbolMarket[], now: number, unit: TimeUnit): string {
  return `[${markets.map((market) => miniTickerPayload(market, now, unit)).join(',')}]`
}

function miniTickerPayload(market: SymbolMarket, now: number, unit: TimeUnit): string {
  const { format } = market
  const ticker = market.ticker(DAY_MINUTES)
  return JSON.stringify({
    e: '24hrMiniTicker',
    E: timeIn(now, unit),
    s: market.name,
    c: format.price(ticker.lastPrice),
    o: format.price(ticker.openPrice),
    h: format.price(ticker.highPrice),
    l: format.price(ticker.lowPrice),
    v: format.volume(ticker.volume),
    q: format.quoteAmount(ticker.quoteVolume),
  })
}

function dayTickerPayload(market: SymbolMarket, now: number, unit: TimeUnit): string {
  const { format } = market
  const ticker = market.ticker(DAY_MINUTES)
  return JSON.stringify({
    e: '24hrTicker',
    E: timeIn(now, unit),
    s: market.name,
    p: change(ticker, format),
    P: priceChangePercent(ticker),
    w: format.price(ticker.weightedAveragePrice),
    x: format.price(ticker.previousClosePrice),
    c: format.price(ticker.lastPrice),
    Q: format.quantity(ticker.lastQuantity),
    b: format.price(ticker.bidPrice),
    B: format.quantity(ticker.bidQuantity),
    a: format.price(ticker.askPrice),
    A: format.quantity(ticker.askQuantity),
    ...tickerTail(format, ticker, unit),
  })
}

/** `<symbol>@ticker_1h` and its like. */
function windowTickerPayload(
  market: SymbolMarket,
  { window, minutes }: WindowTicker,
  now: number,
  unit: TimeUnit,
): string {
  const { format } = market
  const ticker = market.ticker(minutes)
  return JSON.stringify({
    e: `${window}Ticker`,
    E: timeIn(now, unit),
    s: market.name,
    p: change(ticker, format),
    P: priceChangePercent(ticker),
    c: format.price(ticker.lastPrice),
    w: format.price(ticker.weightedAveragePrice),
    ...tickerTail(format, ticker, unit),
  })
}

function averagePricePayload(market: SymbolMarket, now: number, unit: TimeUnit): string {
  const { format } = market
  const average = market.averagePrice()
  return JSON.stringify({
    e: 'avgPrice',
    E: timeIn(now, unit),
    s: market.name,
    i: `${average.minutes}m`,
    w: format.price(average.price),
    T: timeIn(average.closeTime, unit),
  })
}

/** Without a trade in the window the change is 0, whatever the last price was. */
function change(ticker: TickerView, format: SymbolFormat): string {
  return priceChange(ticker.openPrice === 0 ? { ...ticker, lastPrice: 0 } : ticker, format)
}

function tickerTail(format: SymbolFormat, ticker: TickerView, unit: TimeUnit): object {
  return {
    o: format.price(ticker.openPrice),
    h: format.price(ticker.highPrice),
    l: format.price(ticker.lowPrice),
    v: format.volume(ticker.volume),
    q: format.quoteAmount(ticker.quoteVolume),
    O: timeIn(ticker.openTime, unit),
    C: timeIn(ticker.closeTime, unit),
    F: ticker.firstTradeId,
    L: ticker.lastTradeId,
    n: ticker.count,
  }
}

function levelsText(format: SymbolFormat, levels: readonly (readonly [number, number])[]): string {
  return JSON.stringify(levelRows(levels, format))
}

function descending(a: readonly [number, number], b: readonly [number, number]): number {
  return b[0] - a[0]
}

function ascending(a: readonly [number, number], b: readonly [number, number]): number {
  return a[0] - b[0]
}

function symbolText(market: SymbolMarket): string {
  return JSON.stringify(market.name)
}

/** This process is about to end: the client should reconnect now. `now` in µs. */
export function shutdownEvent(now: number, unit: TimeUnit): string {
  return `{"e":"serverShutdown","E":${timeIn(now, unit)}}`
}
