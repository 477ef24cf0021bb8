import { CommandKind, eachEvent, type LevelEvent, type TradeEvent } from '@uptick/core'
import type { CancelTimer, Clock, Timers } from '@uptick/runtime'
import type { EngineLink } from '../engine-link/link.ts'
import type { OutcomeSpan } from '../feed/outcome-span.ts'
import { levelAt, tradeAt } from '../feed/market-event.ts'
import type { Stage } from '../feed/stage.ts'
import { eachOutcome } from '../feed/walk.ts'
import { Aggregator } from './aggregator.ts'
import { BookLoader } from './book-loader.ts'
import type { HistorySource } from './history-source.ts'
import { JournalTime } from './journal-time.ts'
import { SymbolMarket } from './symbol-market.ts'

export interface ShardMarketsOptions {
  readonly link: Pick<EngineLink, 'catalogue' | 'state' | 'query' | 'submit' | 'onState'>
  readonly history: HistorySource
  readonly clock: Clock
  readonly timers: Timers
  readonly log: (message: string, detail?: unknown) => void
}

/** Observes changes of the markets themselves. */
export interface MarketsObserver {
  /** Markets were added or redefined. */
  listed(): void
  /** Level changes of the book were missed, and it is loaded again. */
  reloaded(market: SymbolMarket): void
}

/** A market and its state here. */
interface Followed {
  readonly market: SymbolMarket
  readonly loader: BookLoader
  readonly aggregator: Aggregator
  /** Sequence up to which the feed did not bring its trades: they come from the read model. */
  since: number
}

/** Pause between two attempts to load a book or to load statistics, ms. */
const RETRY_MS = 100
/** After this long (ms) the gateway is ready even without statistics: trading does not need the read model. */
const WARM_UP_MS_MAX = 5_000

/**
 * The markets of one shard. The feed, the engine's answers and the read model may come in any order. Each part knows
 * what it contains – a book by its update id, statistics by their trade ids. What is contained already is skipped, and
 * what is missing is asked for again.
 *
 * A market starts in `loading`: level changes are kept until the engine's answer to `depth` says where they begin.
 * Statistics are loaded from the read model once it has recorded everything from before the feed.
 */
export class ShardMarkets implements Stage {
  readonly #options: ShardMarketsOptions
  /** By symbol id. */
  readonly #followed: Followed[] = []
  /** Markets whose aggregate is still open in the outcome that is being read. */
  readonly #aggregating = new Set<Followed>()
  readonly #journalTime: JournalTime
  #sequence = 0
  #isReady = false
  #catalogueVersion = -1
  #warmUpSince = 0
  #warmingUp = false
  #trying = false
  #again = false
  #complained = false
  #cancel: CancelTimer = () => {}
  #closed = false
  readonly #told: MarketsObserver

  constructor(options: ShardMarketsOptions, told: MarketsObserver) {
    this.#options = options
    this.#told = told
    this.#journalTime = new JournalTime(() => askTime(options.link))
    options.link.onState((connected) => {
      if (connected) this.#followCatalogue()
    })
  }

  /** Last outcome of the feed that was seen. */
  get sequence(): number {
    return this.#sequence
  }

  *markets(): Iterable<SymbolMarket> {
    for (const { market } of this.#followed) yield market
  }

  /** Books are loaded; statistics are loaded, or no longer waited for. Stays true until the feed has a gap. */
  get ready(): boolean {
    this.#isReady ||= this.#isComplete()
    return this.#isReady
  }

  close(): void {
    this.#closed = true
    this.#cancel()
  }

  get #isWarm(): boolean {
    return this.#followed.every(({ market }) => market.warm)
  }

  #isComplete(): boolean {
    if (this.#catalogueVersion < 0 || this.#followed.some(({ loader }) => !loader.loaded)) return false
    const patient = this.#options.clock.elapsed() < this.#warmUpSince + WARM_UP_MS_MAX
    return !patient || this.#isWarm
  }

  frame(span: OutcomeSpan): void {
    this.#followCatalogue()
    this.#read(span)
    this.#sequence = span.last
  }

  #read(span: OutcomeSpan): void {
    const now = this.#options.clock.now()
    const { words } = span
    eachOutcome(span, (at, sequence, time) => {
      this.#journalTime.saw(time, now)
      eachEvent(words, at, (kind, event) => {
        const level = levelAt(kind, words, event)
        if (level) this.#level(level, sequence, time)
        const trade = tradeAt(kind, words, event)
        if (trade) this.#trade(trade, sequence, time)
      })
      this.#endAggregates()
    })
  }

  #level(event: LevelEvent, sequence: number, time: number): void {
    const followed = this.#followed[event.symbol]
    if (!followed) return
    const { market, loader } = followed
    const { side, price, quantity, updateId } = event
    if (!loader.loaded) {
      loader.keep({ side, price, quantity, updateId, sequence, time })
      return
    }
    const result = market.level(side, price, quantity, updateId, sequence, time)
    if (result === 'gap') {
      this.#options.log('a change of a book is missing, loading it again', { symbol: market.name, updateId })
      this.#reload(followed)
      this.#warmUp()
    }
  }

  #trade(event: TradeEvent, sequence: number, time: number): void {
    const followed = this.#followed[event.symbol]
    if (!followed) return
    const { market, aggregator } = followed
    const { tradeId, price, quantity, quote, buyerIsMaker } = event
    const trade = { tradeId, price, quantity, quote, time, buyerIsMaker, sequence }
    if (!market.trade(trade)) this.#warmUp()
    const ended = aggregator.trade(trade, event)
    this.#aggregating.add(followed)
    if (ended) market.aggregate(ended)
  }

  #endAggregates(): void {
    if (this.#aggregating.size === 0) return
    for (const { market, aggregator } of this.#aggregating) {
      const ended = aggregator.end()
      if (ended) market.aggregate(ended)
    }
    this.#aggregating.clear()
  }

  /** Apply new markets and new definitions of the catalogue. */
  #followCatalogue(): void {
    const { catalogue } = this.#options.link
    if (catalogue.version === this.#catalogueVersion) return
    this.#catalogueVersion = catalogue.version
    for (const listed of catalogue.markets) {
      const known = this.#followed[listed.id]
      if (known) {
        known.market.define(listed)
        continue
      }
      const market = new SymbolMarket(listed, this.#options.clock, this.#journalTime)
      const loader = new BookLoader(listed.id, this.#options)
      this.#followed[listed.id] = { market, loader, aggregator: new Aggregator(), since: this.#sequence }
      loader.load(market)
    }
    this.#told.listed()
    this.#warmUp()
  }

  /** The feed restarts, with or without a gap: load every book again. */
  restart(next: number): void {
    this.#sequence = next - 1
    this.#isReady = false
    for (const followed of this.#followed) this.#reload(followed)
    this.#warmUp()
  }

  #reload(followed: Followed): void {
    const { market, loader } = followed
    market.cool()
    followed.since = this.#sequence
    loader.load(market)
    this.#told.reloaded(market)
  }

  /** The statistics of some market have to be loaded. */
  #warmUp(): void {
    if (!this.#warmingUp) this.#warmUpSince = this.#options.clock.elapsed()
    this.#warmingUp = true
    this.#warmUpNow()
  }

  /** Try at once; try again if a try is in progress. */
  #warmUpNow(): void {
    if (this.#closed) return
    this.#again = this.#trying
    if (this.#trying) return
    this.#cancel()
    this.#trying = true
    void this.#tryToWarmUp().finally(() => {
      this.#trying = false
      if (this.#isWarm) this.#warmingUp = false
      else if (this.#again) this.#warmUpNow()
      else if (!this.#closed) this.#cancel = this.#options.timers.after(RETRY_MS, () => this.#warmUpNow())
    })
  }

  async #tryToWarmUp(): Promise<void> {
    const { history, log } = this.#options
    try {
      for (const followed of this.#followed) {
        const { market } = followed
        const { id } = market.definition
        // Read this after the wait: the feed may have had a gap meanwhile.
        if (market.warm || (await history.recordedThrough()) < followed.since) continue
        market.backfill(await history.market(id, market.name))
      }
      this.#complained = false
    } catch (error) {
      if (!this.#complained) log('the past of the markets is not available yet, trying on', error)
      this.#complained = true
    }
  }
}

/** A TICK of this gateway's session. Every release executes it, and it carries the leader's time into the journal. */
async function askTime(link: ShardMarketsOptions['link']): Promise<void> {
  if (!link.state.connected) return
  await link.submit((command) => {
    command.kind = CommandKind.TICK
  })
}
