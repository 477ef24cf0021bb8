import { formatAmount, formatUnits } from '../decimal.ts'
import { type Amount, closeTimeIn, type SymbolFormat, timeIn, type TimeUnit } from './symbol-format.ts'

type Level = readonly [price: number, quantity: number]

/** Price levels as `[["price", "quantity"], …]`. */
export function levelRows(levels: readonly Level[], format: SymbolFormat): [string, string][] {
  return levels.map(([price, quantity]) => [format.price(price), format.quantity(quantity)])
}

export function depthResponse(
  book: { readonly updateId: number; readonly bids: readonly Level[]; readonly asks: readonly Level[] },
  format: SymbolFormat,
) {
  return { lastUpdateId: book.updateId, bids: levelRows(book.bids, format), asks: levelRows(book.asks, format) }
}

export interface TradeSource {
  readonly tradeId: number
  readonly price: number
  readonly quantity: number
  readonly quote: Amount
  readonly time: number
  readonly buyerIsMaker: boolean
}

/** One row of `trades` and `historicalTrades`. */
export function tradeRow(trade: TradeSource, format: SymbolFormat, unit: TimeUnit) {
  return {
    id: trade.tradeId,
    price: format.price(trade.price),
    qty: format.quantity(trade.quantity),
    quoteQty: format.quoteAmount(trade.quote),
    time: timeIn(trade.time, unit),
    isBuyerMaker: trade.buyerIsMaker,
    isBestMatch: true,
  }
}

export interface AggregateSource {
  readonly aggregateId: number
  readonly price: number
  readonly quantity: number
  readonly firstTradeId: number
  readonly lastTradeId: number
  readonly time: number
  readonly buyerIsMaker: boolean
}

/** One row of `aggTrades`. */
export function aggregateRow(aggregate: AggregateSource, format: SymbolFormat, unit: TimeUnit) {
  return {
    a: aggregate.aggregateId,
    p: format.price(aggregate.price),
    q: format.quantity(aggregate.quantity),
    f: aggregate.firstTradeId,
    l: aggregate.lastTradeId,
    T: timeIn(aggregate.time, unit),
    m: aggregate.buyerIsMaker,
    M: true,
  }
}

export interface CandleSource {
  /** First µs of the interval, and the first µs after it. */
  readonly openTime: number
  readonly endTime: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: Amount
  readonly quoteVolume: Amount
  readonly takerBuyVolume: Amount
  readonly takerBuyQuoteVolume: Amount
  readonly count: number
}

/** One row of `klines` and `uiKlines`. */
export function candleRow(candle: CandleSource, format: SymbolFormat, unit: TimeUnit) {
  return [
    timeIn(candle.openTime, unit),
    format.price(candle.open),
    format.price(candle.high),
    format.price(candle.low),
    format.price(candle.close),
    format.volume(candle.volume),
    closeTimeIn(candle.endTime, unit),
    format.quoteAmount(candle.quoteVolume),
    candle.count,
    format.volume(candle.takerBuyVolume),
    format.quoteAmount(candle.takerBuyQuoteVolume),
    '0',
  ] as const
}

/** Rolling statistics of a window. Prices are 0 and ids −1 when nothing was traded in it. */
export interface TickerSource {
  readonly openTime: number
  readonly closeTime: number
  readonly openPrice: number
  readonly highPrice: number
  readonly lowPrice: number
  readonly lastPrice: number
  readonly lastQuantity: number
  /** Price of the last trade before the window; 0 when there was none. */
  readonly previousClosePrice: number
  /** Quantity units. */
  readonly volume: Amount
  /** Quote units. */
  readonly quoteVolume: Amount
  readonly firstTradeId: number
  readonly lastTradeId: number
  readonly count: number
  /** quoteVolume ÷ volume in price units, rounded half-even; 0 without trades. */
  readonly weightedAveragePrice: number
  readonly bidPrice: number
  readonly bidQuantity: number
  readonly askPrice: number
  readonly askQuantity: number
}

/** Last minus open, signed. */
export function priceChange(ticker: TickerSource, format: SymbolFormat): string {
  return formatAmount(BigInt(ticker.lastPrice) - BigInt(ticker.openPrice), format.definition.priceDecimals)
}

/** The change in per cent of the open price, three decimals, rounded half away from zero; 0 without a trade. */
export function priceChangePercent(ticker: TickerSource): string {
  if (ticker.openPrice === 0) return '0.000'
  const change = BigInt(ticker.lastPrice) - BigInt(ticker.openPrice)
  const size = change < 0n ? -change : change
  const thousandths = (size * 200_000n + BigInt(ticker.openPrice)) / (2n * BigInt(ticker.openPrice))
  const text = formatAmount(thousandths, 3, 3)
  return change < 0n && thousandths !== 0n ? `-${text}` : text
}

function windowFields(ticker: TickerSource, format: SymbolFormat, unit: TimeUnit) {
  return {
    openPrice: format.price(ticker.openPrice),
    highPrice: format.price(ticker.highPrice),
    lowPrice: format.price(ticker.lowPrice),
    lastPrice: format.price(ticker.lastPrice),
    volume: format.volume(ticker.volume),
    quoteVolume: format.quoteAmount(ticker.quoteVolume),
    openTime: timeIn(ticker.openTime, unit),
    closeTime: timeIn(ticker.closeTime, unit),
    firstId: ticker.firstTradeId,
    lastId: ticker.lastTradeId,
    count: ticker.count,
  }
}

/** A ticker of type MINI. */
export function miniTicker(ticker: TickerSource, format: SymbolFormat, unit: TimeUnit) {
  return { symbol: format.name, ...windowFields(ticker, format, unit) }
}

/** `ticker/24hr` of type FULL: with the previous close, the last quantity and the best prices. */
export function dayTicker(ticker: TickerSource, format: SymbolFormat, unit: TimeUnit) {
  const { openPrice, highPrice, lowPrice, lastPrice, ...rest } = windowFields(ticker, format, unit)
  return {
    symbol: format.name,
    priceChange: priceChange(ticker, format),
    priceChangePercent: priceChangePercent(ticker),
    weightedAvgPrice: format.price(ticker.weightedAveragePrice),
    prevClosePrice: format.price(ticker.previousClosePrice),
    lastPrice,
    lastQty: format.quantity(ticker.lastQuantity),
    bidPrice: format.price(ticker.bidPrice),
    bidQty: format.quantity(ticker.bidQuantity),
    askPrice: format.price(ticker.askPrice),
    askQty: format.quantity(ticker.askQuantity),
    openPrice,
    highPrice,
    lowPrice,
    ...rest,
  }
}

/** One symbol of `ticker/price`. */
export function priceTicker(price: number, format: SymbolFormat) {
  return { symbol: format.name, price: format.price(price) }
}

/** One symbol of `ticker/bookTicker`; an empty side shows zeros. */
export function bookTicker(
  book: {
    readonly bidPrice: number
    readonly bidQuantity: number
    readonly askPrice: number
    readonly askQuantity: number
  },
  format: SymbolFormat,
) {
  return {
    symbol: format.name,
    bidPrice: format.price(book.bidPrice),
    bidQty: format.quantity(book.bidQuantity),
    askPrice: format.price(book.askPrice),
    askQty: format.quantity(book.askQuantity),
  }
}

/** `avgPrice`. */
export function averagePriceResponse(
  average: { readonly minutes: number; readonly price: number; readonly closeTime: number },
  format: SymbolFormat,
  unit: TimeUnit,
) {
  return {
    mins: average.minutes,
    price: formatUnits(average.price, format.definition.priceDecimals),
    closeTime: timeIn(average.closeTime, unit),
  }
}
