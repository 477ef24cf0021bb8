import type { TradeEvent } from '@uptick/core'
import { unitsOf } from '../client/decimal.ts'
import type { TradersMarket } from './traffic.ts'

export interface AggregateMessage {
  readonly e: 'aggTrade'
  readonly a: number
  readonly f: number
  readonly l: number
  readonly p: string
  readonly q: string
}

export interface CandleMessage {
  readonly e: 'kline'
  readonly k: {
    readonly t: number
    readonly f: number
    readonly L: number
    readonly n: number
    readonly v: string
    readonly x: boolean
  }
}

/**
 * Streams that carry trades in groups: aggregates, whose numbers are consecutive, and closed candles of a second, which
 * are final. Together they leave no trade out: a trade that a closed candle lacks is in no other one.
 */
export class GroupedTrades {
  #aggregates: AggregateMessage[] = []
  #candles: CandleMessage['k'][] = []
  readonly #findings: string[] = []
  #lastAggregate: AggregateMessage | undefined
  #lastCandle: CandleMessage['k'] | undefined

  /** A new connection: events since the last one may be missing. */
  connected(): void {
    this.#lastAggregate = undefined
    this.#lastCandle = undefined
  }

  take(event: AggregateMessage | CandleMessage): void {
    if (event.e === 'aggTrade') this.#aggregate(event)
    else if (event.k.x) this.#closed(event.k)
  }

  /** Compare with the market's trades of the journal, by number. @returns the violations, one sentence each */
  check(trades: readonly TradeEvent[], market: TradersMarket): string[] {
    const findings = this.#findings.splice(0)
    for (const { a, f, l, p, q } of this.#aggregates.splice(0)) {
      const own = trades.slice(f - 1, l)
      const isJournals =
        own.length === l - f + 1 &&
        own.every(({ aggregateId, price }) => {
          return (aggregateId || f) === a && BigInt(price) === unitsOf(p, market.priceDecimals)
        }) &&
        quantityOf(own) === unitsOf(q, market.quantityDecimals)
      if (!isJournals) findings.push(`aggregate ${a} of the stream is not the journal's`)
    }
    for (const { t, f, L, n, v } of this.#candles.splice(0)) {
      const own = n === 0 ? [] : trades.slice(f - 1, L)
      if (own.length !== n || quantityOf(own) !== unitsOf(v, market.quantityDecimals))
        findings.push(`the closed candle of ${t} has ${n} trades and a volume of ${v}, which the journal has not`)
    }
    return findings
  }

  #aggregate(event: AggregateMessage): void {
    const last = this.#lastAggregate
    if (last && (event.f !== last.l + 1 || event.a !== last.a + 1))
      this.#findings.push(`aggregate ${event.a} with trades from ${event.f} came after ${last.a} up to ${last.l}`)
    this.#lastAggregate = event
    this.#aggregates.push(event)
  }

  #closed(candle: CandleMessage['k']): void {
    const last = this.#lastCandle
    if (last && last.n > 0 && candle.n > 0 && candle.f !== last.L + 1)
      this.#findings.push(`no closed candle of the stream has the trades ${last.L + 1} … ${candle.f - 1}`)
    if (!last || candle.n > 0) this.#lastCandle = candle
    this.#candles.push(candle)
  }
}

function quantityOf(trades: readonly TradeEvent[]): bigint {
  return trades.reduce((sum, { quantity }) => sum + BigInt(quantity), 0n)
}
