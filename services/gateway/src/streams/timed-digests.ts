import type { Markets } from '../market/markets.ts'
import type { SymbolMarket } from '../market/symbol-market.ts'
import { type Moment, StateDigest } from './digest.ts'
import { Message, type Tell } from './message.ts'
import { miniTickersPayload, partialDepthPayload, statisticsPayload } from './payloads.ts'
import type { StatisticsStream, StreamKind } from './stream-name.ts'

type PartialDepth = Extract<StreamKind, { kind: 'partialDepth' }>

/** The first levels of a book, when they may have changed. */
export class PartialDepthDigest extends StateDigest {
  readonly #market: SymbolMarket
  readonly #stream: PartialDepth
  readonly #toldThrough: number
  readonly #tell: Tell
  #updateId = -1

  /** `toldThrough`: the subscriber knows the state at that sequence; −1 when it knows none. */
  constructor(market: SymbolMarket, stream: PartialDepth, toldThrough: number, tell: Tell) {
    super()
    this.#market = market
    this.#stream = stream
    this.#toldThrough = toldThrough
    this.#tell = tell
  }

  isDue({ isTick, isNewSecond }: Moment): boolean {
    return isTick && (isNewSecond || this.#stream.speed === 100) && this.#market.book.updateId >= 0
  }

  flush(): void {
    const { updateId, sequence } = this.#market.book
    if (updateId === this.#updateId) return
    this.#updateId = updateId
    if (sequence <= this.#toldThrough) return
    this.#tell(new Message(() => partialDepthPayload(this.#market, this.#stream.levels)))
  }

  override renew(): void {
    this.#updateId = -1
  }
}

/** Statistics, once a second. */
export class TickerDigest extends StateDigest {
  readonly #market: SymbolMarket
  readonly #stream: StatisticsStream
  readonly #tell: Tell

  constructor(market: SymbolMarket, stream: StatisticsStream, tell: Tell) {
    super()
    this.#market = market
    this.#stream = stream
    this.#tell = tell
  }

  isDue({ isNewSecond }: Moment): boolean {
    return isNewSecond && this.#market.warm
  }

  flush({ now }: Moment): void {
    this.#tell(new Message((unit) => statisticsPayload(this.#market, this.#stream, now, unit)))
  }
}

/** Small tickers of the markets that traded, in one message; of all to a subscriber that knows none. */
export class MiniTickersDigest extends StateDigest {
  readonly #markets: Markets
  readonly #tell: Tell
  #toldThrough: number

  constructor(markets: Markets, toldThrough: number, tell: Tell) {
    super()
    this.#markets = markets
    this.#toldThrough = toldThrough
    this.#tell = tell
  }

  isDue({ isNewSecond }: Moment): boolean {
    return isNewSecond && this.#markets.ready
  }

  flush({ now }: Moment): void {
    const traded: SymbolMarket[] = []
    let newest = this.#toldThrough
    for (const market of this.#markets.symbols()) {
      const sequence = market.recentTrades(1)[0]?.sequence ?? 0
      if (market.warm && (sequence > this.#toldThrough || this.#toldThrough < 0)) traded.push(market)
      newest = Math.max(newest, sequence)
    }
    this.#toldThrough = newest
    if (traded.length === 0) return
    this.#tell(new Message((unit) => miniTickersPayload(traded, now, unit)))
  }

  override renew(): void {
    this.#toldThrough = -1
  }
}
