import { openTimeOf, stepOpenTime } from '@uptick/readmodel'
import type { SymbolMarket } from '../market/symbol-market.ts'
import { type Moment, StateDigest } from './digest.ts'
import { Message, type Tell } from './message.ts'
import { candlePayload } from './payloads.ts'
import type { StreamKind } from './stream-name.ts'

/** Closed candles that are sent in one go. A subscriber that is further behind gets the last of them. */
const CLOSED_TOLD_MAX = 60
const SECOND = 1_000_000
/**
 * The leader is asked for its time this long after the end of a candle (µs), unless other trades advance it before.
 */
const PATIENCE = 100_000

type Candles = Extract<StreamKind, { kind: 'kline' }>

/**
 * Sends the candle in progress when it changed (once a second for `1s`, else every other second), and each candle once
 * more when it is closed (`x` true), at the next tick. A candle is closed when the journal's time has reached its end,
 * whatever the clocks say. Before that a trade of its time may still arrive; after it none can.
 */
export class CandleDigest extends StateDigest {
  readonly #market: SymbolMarket
  readonly #stream: Candles
  readonly #tell: Tell
  /** Opening time of the candle that is open, µs; NaN before the first. */
  #mark: number
  /** The number of its trades when it was last sent. */
  #count = -1
  /** Send the candle in progress at once, even unchanged. */
  #isUrgent = true

  /** `time` (µs): the time of the last message that the subscriber got; NaN when it got none. */
  constructor(market: SymbolMarket, stream: Candles, time: number, tell: Tell) {
    super()
    this.#market = market
    this.#stream = stream
    this.#tell = tell
    this.#mark = Number.isNaN(time) ? time : openTimeOf(stream.interval, time, stream.offset)
  }

  /**
   * Called at a tick. Asks for the leader's time when the stream waits for it. The stream starts once the journal's
   * time is known to be close to the present.
   */
  isDue({ now, isTick, isNewSecond }: Moment): boolean {
    const { journal, warm } = this.#market
    if (!isTick || !warm) return false
    if (Number.isNaN(this.#mark)) {
      if (journal.isFresh(now)) return true
      journal.want()
      return false
    }
    const end = stepOpenTime(this.#stream.interval, this.#mark, 1, this.#stream.offset)
    if (end <= journal.time) return true
    if (end + PATIENCE <= now) journal.want()
    return isNewSecond || this.#isUrgent
  }

  /** A newcomer's own digest is asked when that of the others is due, which may be before. */
  flush(moment: Moment): void {
    if (!this.isDue(moment)) return
    const { interval, offset } = this.#stream
    const { now, isNewSecond } = moment
    const market = this.#market
    const { time } = market.journal
    const isUpdated = isNewSecond && (interval === '1s' || Math.floor(now / SECOND) % 2 === 0)
    const oldest = this.#oldestTold(time)
    let openTime = Number.isNaN(this.#mark) ? openTimeOf(interval, time, offset) : this.#mark
    while (openTime <= time) {
      const candle = market.candleAt(interval, openTime, offset)
      const end = stepOpenTime(interval, openTime, 1, offset)
      const closed = end <= time
      if (candle) {
        const isNew = openTime !== this.#mark
        if (!closed && !isNew && !this.#isUrgent && (!isUpdated || candle.count === this.#count)) break
        this.#tell(new Message((unit) => candlePayload(market, candle, closed, now, unit)))
        this.#mark = closed ? end : openTime
        this.#count = closed ? -1 : candle.count
        if (!closed) this.#isUrgent = false
      }
      openTime = closed ? Math.max(end, oldest) : Number.POSITIVE_INFINITY
    }
  }

  /** The other subscribers still wait for the end of the present candle. */
  override renew(): void {
    this.#isUrgent = true
  }

  /** Opening time of the oldest candle that is still sent. */
  #oldestTold(time: number): number {
    const { interval, offset } = this.#stream
    let openTime = openTimeOf(interval, time, offset)
    for (let i = 0; i < CLOSED_TOLD_MAX; i++) openTime = openTimeOf(interval, openTime - 1, offset)
    return openTime
  }
}
