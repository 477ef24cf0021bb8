import {
  CANDLE_INTERVALS,
  type CandleInterval,
  isShifted,
  openTimeOf,
  type PublicTrade,
  stepOpenTime,
} from '@uptick/readmodel'
import { strict as assert } from 'node:assert'
import { Candle } from './candle.ts'
import { CandleSeries } from './candle-series.ts'
import { AVERAGE_MINUTES, type CandleView, DAY_MINUTES, type WindowMinutes } from './market-data.ts'

const MINUTE = 60_000_000
/** Closed candles (with trades) kept of each interval, so that recent candles cover the lag of a read model. */
const CLOSED_CANDLES_KEPT = 4
/** One minute of seconds: a `1s` stream that resumes sends every candle that was missed. */
const CLOSED_SECONDS_KEPT = 62
/**
 * Two months of candles of eight hours, and two days of shorter ones. Candles of another time zone are joined from them:
 * months from those of eight hours, parts of days from the shorter ones.
 */
const CLOSED_PARTS_KEPT: ReadonlyMap<CandleInterval, number> = new Map([
  ['2h', 24],
  ['4h', 12],
  ['8h', 190],
])
/** Candles in `recent`, the one in progress included. */
const RECENT_CANDLES = 3

/**
 * Candles of all intervals and rolling windows of one market. A trade changes one candle, that of its second. When the
 * second is over, that candle is added to the sixteen series; reading joins the two. So a trade costs the same with any
 * number of intervals. Windows are sums over one-minute candles: the closed ones are summed once a minute.
 */
export class Statistics {
  readonly #minutes = new CandleSeries('1m', closedKept('1m'))
  readonly #series = new Map(
    CANDLE_INTERVALS.map((interval) => [
      interval,
      interval === '1m' ? this.#minutes : new CandleSeries(interval, closedKept(interval)),
    ]),
  )
  /** Trades of the newest second, which are not in the series yet. */
  #pending: Candle | undefined
  /** One for each length that there is. */
  readonly #windows = new Map<WindowMinutes, Window>()
  lastTrade: PublicTrade | undefined

  trade(trade: PublicTrade): void {
    if (this.#pending && trade.time >= this.#pending.endTime) {
      for (const series of this.#series.values()) series.add(this.#pending)
      this.#pending = undefined
    }
    this.#pending ??= new Candle('1s', trade.time, trade.price)
    this.#pending.trade(trade)
    this.lastTrade = trade
  }

  /**
   * Start again from a history (candles with trades of every interval, oldest first) and the trades since. The last
   * trade id of each series says what it contains, so the candles may have been read at different moments. Returns
   * false, and changes nothing, when `trades` do not reach back to the history.
   */
  load(history: ReadonlyMap<CandleInterval, readonly CandleView[]>, trades: readonly PublicTrade[]): boolean {
    const oldest = trades[0]
    for (const interval of CANDLE_INTERVALS) {
      const covered = history.get(interval)?.findLast((candle) => candle.count > 0)?.lastTradeId ?? 0
      if (oldest && oldest.tradeId > covered + 1) return false
    }
    this.#pending = undefined
    this.#windows.clear()
    let contained = 0
    for (const [interval, series] of this.#series) {
      series.load(history.get(interval) ?? [])
      contained = Math.max(contained, series.lastTradeId)
    }
    for (const trade of trades) {
      if (trade.tradeId > contained) this.trade(trade)
      else for (const series of this.#series.values()) if (trade.tradeId > series.lastTradeId) series.trade(trade)
    }
    this.lastTrade = trades.at(-1) ?? this.lastTrade
    return true
  }

  /** Price of the last trade, 0 without any. */
  get lastPrice(): number {
    return this.lastTrade?.price ?? this.#minutes.current?.close ?? 0
  }

  /**
   * The candle of `interval` that opens at `start`; none before the first trade, or when it is not kept any more.
   * `offset` is its time zone's offset from UTC in µs, whole hours that divide into eight hours.
   */
  candleAt(interval: CandleInterval, start: number, offset = 0): Candle | undefined {
    if (isShifted(interval, offset)) return this.#joined(interval, start, offset)
    const series = this.#series.get(interval)
    assert(series, 'there are candles of every interval')
    const pending = this.#pending
    if (!pending || openTimeOf(interval, pending.openTime) > start) return series.at(start)
    if (openTimeOf(interval, pending.openTime) < start) return new Candle(interval, start, pending.close)
    const candle = series.at(start) ?? new Candle(interval, start, pending.open)
    candle.merge(pending)
    return candle
  }

  /** The last candles up to the one that contains `now`, oldest first; `atLeast` so many as far as they are kept. */
  recent(interval: CandleInterval, now: number, atLeast = 0, offset = 0): Candle[] {
    const candles: Candle[] = []
    let start = openTimeOf(interval, now, offset)
    const count = Math.max(RECENT_CANDLES, Math.min(atLeast, CLOSED_SECONDS_KEPT))
    for (let i = 0; i < count; i++) {
      const candle = this.candleAt(interval, start, offset)
      if (!candle) break
      candles.unshift(candle)
      start = openTimeOf(interval, start - 1, offset)
    }
    return candles
  }

  /** All trades of the last `minutes` whole minutes and the minute in progress, joined; and the close before them. */
  window(minutes: WindowMinutes, now: number): { readonly total: Candle; readonly closeBefore: number } {
    const end = openTimeOf('1m', now)
    const from = end - (minutes - 1) * MINUTE
    const newest = this.#minutes.current
    let window = this.#windows.get(minutes)
    if (!window || window.from !== from || window.newest !== newest?.openTime) {
      window = this.#sum(from, newest?.openTime)
      this.#windows.set(minutes, window)
    }
    const total = window.closed.copy()
    if (newest && newest.openTime >= from) total.merge(newest)
    if (this.#pending && this.#pending.openTime >= from) total.merge(this.#pending)
    let closeBefore = window.closeBefore
    if (this.#pending && this.#pending.openTime < from) closeBefore = this.#pending.close
    return { total, closeBefore }
  }

  /**
   * Volume-weighted average price of the last five minutes in price units; the last price without a trade in them.
   * `quoteShift`: see `weightedAverage`.
   */
  averagePrice(now: number, quoteShift: number): number {
    const { total } = this.window(AVERAGE_MINUTES, now)
    return total.count === 0 ? this.lastPrice : weightedAverage(total.quoteVolume, total.volume, quoteShift)
  }

  #joined(interval: CandleInterval, start: number, offset: number): Candle | undefined {
    const part = interval === '6h' ? '2h' : interval === '12h' ? '4h' : '8h'
    const end = stepOpenTime(interval, start, 1, offset)
    let joined: Candle | undefined
    for (let at = start; at < end; at = stepOpenTime(part, at, 1)) {
      const piece = this.candleAt(part, at)
      if (!piece) continue
      joined ??= new Candle(interval, start, piece.open, offset)
      joined.merge(piece)
    }
    return joined
  }

  #sum(from: number, newest: number | undefined): Window {
    const closed = new Candle('1m', from, 0)
    for (const minute of this.#minutes.closedSince(from)) closed.merge(minute)
    return { from, newest, closed, closeBefore: this.#minutes.closeBefore(from) }
  }
}

/** How many closed candles with trades are kept. */
export function closedKept(interval: CandleInterval): number {
  // One minute more than the longest window, for the close before the window.
  if (interval === '1m') return DAY_MINUTES + 1
  if (interval === '1s') return CLOSED_SECONDS_KEPT
  return CLOSED_PARTS_KEPT.get(interval) ?? CLOSED_CANDLES_KEPT
}

/** The closed minutes of a window, summed; valid while the window starts there and no further minute has closed. */
interface Window {
  readonly from: number
  readonly newest: number | undefined
  readonly closed: Candle
  readonly closeBefore: number
}

/**
 * quoteVolume ÷ volume in price units, rounded half-even. `quoteShift` is quoteDecimals − priceDecimals −
 * quantityDecimals: a quote unit is 10^−quoteShift of price unit × quantity unit.
 */
export function weightedAverage(quoteVolume: bigint, volume: bigint, quoteShift: number): number {
  if (volume === 0n) return 0
  const divisor = volume * 10n ** BigInt(quoteShift)
  const quotient = quoteVolume / divisor
  const twice = (quoteVolume % divisor) * 2n
  const up = twice > divisor || (twice === divisor && (quotient & 1n) === 1n)
  return Number(up ? quotient + 1n : quotient)
}
