import { Candle } from './candle.ts'
import type { CandleInterval, PublicTrade } from '@uptick/readmodel'
import type { CandleView } from './market-data.ts'

/**
 * The newest candles of one interval of one market: the one in progress and a few closed ones. It stores only candles
 * with trades; reading fills in the empty ones.
 */
export class CandleSeries {
  readonly interval: CandleInterval
  /** How many closed candles (with trades) are kept. */
  readonly #closedMax: number
  #closed: Candle[] = []
  /** The newest candle with trades. */
  #current: Candle | undefined

  constructor(interval: CandleInterval, closedMax: number) {
    this.interval = interval
    this.#closedMax = closedMax
  }

  /** Id of the last trade contained, −1 without any. */
  get lastTradeId(): number {
    return this.#current?.lastTradeId ?? -1
  }

  /** The newest candle with trades. */
  get current(): CandleView | undefined {
    return this.#current
  }

  /** Replace everything with the candles of a history: those with trades, oldest first. */
  load(candles: readonly CandleView[]): void {
    const own = candles.filter((candle) => candle.count > 0).map((candle) => copyOf(candle))
    this.#current = own.pop()
    this.#closed = own
    this.#trim()
  }

  trade(trade: PublicTrade): void {
    this.#roll(trade.time).trade(trade)
  }

  /** Add trades that are later than all contained ones, joined into a candle of a shorter interval. */
  add(later: CandleView): void {
    this.#roll(later.openTime).merge(later)
  }

  /** Closed candles with trades that start at `from` or later, oldest first; the newest candle is not among them. */
  *closedSince(from: number): Generator<CandleView> {
    for (const candle of this.#closed) if (candle.openTime >= from) yield candle
  }

  /** Close of the newest candle (closed or current) that ended before `time`; 0 when none is known. */
  closeBefore(time: number): number {
    if (this.#current && this.#current.openTime < time) return this.#current.close
    return this.#closed.findLast((candle) => candle.openTime < time)?.close ?? 0
  }

  /** The candle that opens at `openTime`, empty when it has no trades. None before the first trade. */
  at(openTime: number): Candle | undefined {
    const known = this.#current?.openTime === openTime ? this.#current : this.#find(openTime)
    if (known) return known.copy()
    const price = this.closeBefore(openTime)
    return price === 0 ? undefined : new Candle(this.interval, openTime, price)
  }

  #find(openTime: number): Candle | undefined {
    return this.#closed.findLast((candle) => candle.openTime === openTime)
  }

  /** Make the candle that `time` belongs to the current one. */
  #roll(time: number): Candle {
    const current = this.#current
    if (current && time < current.endTime) return current
    if (current) this.#closed.push(current)
    this.#current = new Candle(this.interval, time, current?.close ?? 0)
    this.#trim()
    return this.#current
  }

  #trim(): void {
    const drop = this.#closed.length - this.#closedMax
    if (drop > 0) this.#closed.splice(0, drop)
  }
}

function copyOf(view: CandleView): Candle {
  const candle = new Candle(view.interval, view.openTime, view.close)
  candle.merge(view)
  return candle
}
