import { intervalStart } from '../market/intervals.ts'
import type { Markets } from '../market/markets.ts'
import type { SymbolMarket } from '../market/symbol-market.ts'
import { areCandlesDue } from '../streams/candle-stream.ts'
import type { StreamName } from '../streams/stream-name.ts'
import { publishMiniTickers, publishTimed } from '../streams/timed-streams.ts'
import type { TimedChannel } from '../streams/timed-streams.ts'
import type { Digest, Moment, Render } from './digest.ts'

/** Keeps what `publishTimed` has to say. */
class Page implements TimedChannel {
  readonly name: StreamName
  mark = Number.NaN
  count = -1
  isUrgent = true
  lines: Render[] = []

  constructor(name: StreamName) {
    this.name = name
  }

  publish(_sequence: number, render: Render): void {
    this.lines.push(render)
  }

  take(): readonly Render[] {
    const { lines } = this
    this.lines = []
    return lines
  }
}

/** A stream that follows the clock: candles, tickers, average prices, the first levels of a book. */
export class TimedDigest implements Digest {
  readonly #market: SymbolMarket
  readonly #page: Page
  #toldThrough: number

  /** `toldThrough`: the state at that sequence, which was at `time`, is known to the subscriber; −1: nothing is. */
  constructor(market: SymbolMarket, name: StreamName, toldThrough: number, time: number) {
    this.#market = market
    this.#page = new Page(name)
    this.#toldThrough = toldThrough
    const { stream } = name
    if (stream.kind === 'kline' && toldThrough >= 0) {
      this.#page.mark = intervalStart(stream.interval, time, stream.offset)
    }
  }

  event(): void {}

  outcomeEnds(): void {}

  isDue({ now, isTick, isNewSecond }: Moment): boolean {
    const { stream } = this.#page.name
    if (stream.kind === 'kline') {
      return (
        isTick && this.#market.warm && areCandlesDue(this.#market, this.#page, stream, { now, newSecond: isNewSecond })
      )
    }
    if (stream.kind !== 'partialDepth') return isNewSecond && this.#market.warm
    return isTick && (isNewSecond || stream.speed === 100) && this.#market.book.updateId >= 0
  }

  flush({ now, isNewSecond }: Moment): readonly Render[] {
    const { stream } = this.#page.name
    publishTimed(this.#market, this.#page, now, isNewSecond)
    const isKnown = stream.kind === 'partialDepth' && this.#market.book.sequence <= this.#toldThrough
    const lines = this.#page.take()
    return isKnown ? [] : lines
  }
}

/** Small tickers of the markets that traded, in one message. */
export class MiniTickersDigest implements Digest {
  readonly #markets: Markets
  readonly #page: Page
  #toldThrough: number

  constructor(markets: Markets, name: StreamName, toldThrough: number) {
    this.#markets = markets
    this.#page = new Page(name)
    this.#toldThrough = toldThrough
  }

  event(): void {}

  outcomeEnds(): void {}

  isDue({ isNewSecond }: Moment): boolean {
    return isNewSecond && this.#markets.ready
  }

  flush({ now }: Moment): readonly Render[] {
    const traded: SymbolMarket[] = []
    let newest = this.#toldThrough
    for (const market of this.#markets.symbols()) {
      const sequence = market.recentTrades(1)[0]?.sequence ?? 0
      if (sequence > this.#toldThrough || this.#toldThrough < 0) traded.push(market)
      newest = Math.max(newest, sequence)
    }
    this.#toldThrough = newest
    publishMiniTickers(traded, this.#page, now)
    return this.#page.take()
  }
}
