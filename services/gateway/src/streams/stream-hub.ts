import type { Side } from '@uptick/core'
import type { AggregateTrade, PublicTrade } from '../market/market-data.ts'
import type { MarketListener } from '../market/market-listener.ts'
import type { Markets } from '../market/markets.ts'
import type { SymbolMarket } from '../market/symbol-market.ts'
import { Channel } from './channel.ts'
import type { Subscriber } from './channel.ts'
import { DepthWindow } from './depth-window.ts'
import { aggregatePayload, bookTickerPayload, diffPayload, tradePayload } from './payloads.ts'
import { publishMiniTickers, publishTimed } from './timed-streams.ts'
import type { Speed, StreamName } from './stream-name.ts'

/** What the hub asks of a subscriber whose book can no longer be followed. */
export interface HubSubscriber extends Subscriber {
  /** The feed had a gap: reconnect and start from a snapshot. */
  restart(): void
}

/** Every channel of one symbol. */
interface SymbolChannels {
  readonly byTopic: Map<string, Channel>
  readonly windows: Map<Speed, DepthWindow>
}

const SPEEDS: readonly Speed[] = [100, 1000]
const DEPTH_TOPICS: Record<Speed, readonly string[]> = {
  100: ['depth@100ms'],
  1000: ['depth', 'depth@1000ms'],
}
const SECOND = 1_000_000

/** Takes market events from the feed and the time, and publishes the streams that somebody listens to. */
export class StreamHub implements MarketListener {
  readonly #markets: Markets
  readonly #symbols = new Map<string, SymbolChannels>()
  readonly #all = new Map<string, Channel>()
  /** Channels that a new subscriber joined, and that send their present state at the next tick. */
  #fresh = new Set<Channel>()
  /** Symbols that traded since the last second. */
  #traded = new Set<SymbolMarket>()
  #second = 0

  constructor(markets: Markets) {
    this.#markets = markets
  }

  /** Whether the stream's symbol is listed; every symbol may be as long as none is known. */
  mayHave({ symbol }: StreamName): boolean {
    return symbol === '' || this.#markets.byStreamName(symbol) !== undefined || this.#markets.isEmpty
  }

  subscribe(name: StreamName, subscriber: HubSubscriber): void {
    const channels = name.symbol === '' ? this.#all : this.#symbol(name.symbol).byTopic
    let channel = channels.get(name.topic)
    if (!channel) {
      channel = new Channel(name)
      channels.set(name.topic, channel)
    }
    channel.add(subscriber)
    channel.isUrgent = true
    // The others of a stream of candles still wait for the end of the one that it stands at.
    if (name.stream.kind !== 'kline') channel.mark = Number.NaN
    this.#fresh.add(channel)
  }

  unsubscribe(name: StreamName, subscriber: HubSubscriber): void {
    const channels = name.symbol === '' ? this.#all : this.#symbols.get(name.symbol)?.byTopic
    const channel = channels?.get(name.topic)
    if (!channels || !channel) return
    channel.delete(subscriber)
    if (channel.size > 0) return
    channels.delete(name.topic)
    this.#fresh.delete(channel)
    const symbol = this.#symbols.get(name.symbol)
    if (!symbol) return
    for (const speed of SPEEDS) {
      if (!DEPTH_TOPICS[speed].some((topic) => symbol.byTopic.has(topic))) symbol.windows.delete(speed)
    }
    if (symbol.byTopic.size === 0) this.#symbols.delete(name.symbol)
  }

  trade(market: SymbolMarket, trade: PublicTrade): void {
    if (this.#all.size > 0) this.#traded.add(market)
    const channel = this.#channel(market, 'trade')
    channel?.publish(trade.sequence, (unit) => tradePayload(market, trade, unit))
  }

  aggregate(market: SymbolMarket, aggregate: AggregateTrade): void {
    const channel = this.#channel(market, 'aggTrade')
    channel?.publish(aggregate.sequence, (unit) => aggregatePayload(market, aggregate, unit))
  }

  level(market: SymbolMarket, side: Side, price: number, quantity: number): void {
    const symbol = this.#symbols.get(market.streamName)
    if (!symbol) return
    const { updateId, sequence } = market.book
    for (const speed of SPEEDS) {
      let window = symbol.windows.get(speed)
      if (!window) {
        if (!DEPTH_TOPICS[speed].some((topic) => symbol.byTopic.has(topic))) continue
        window = new DepthWindow(updateId - 1)
        symbol.windows.set(speed, window)
      }
      window.level(side, price, quantity, updateId, sequence)
    }
  }

  /** Best prices are compared once per frame of the feed, which is one commit of the journal: what lay between is not sent. */
  settled(markets: ReadonlySet<SymbolMarket>): void {
    for (const market of markets) {
      const channel = this.#channel(market, 'bookTicker')
      if (channel) this.#bookTicker(market, channel)
    }
  }

  restarted(market: SymbolMarket): void {
    const symbol = this.#symbols.get(market.streamName)
    if (!symbol) return
    symbol.windows.clear()
    const followers = new Set<HubSubscriber>()
    for (const topic of [...DEPTH_TOPICS[100], ...DEPTH_TOPICS[1000]]) {
      for (const subscriber of symbol.byTopic.get(topic)?.subscribers() ?? [])
        followers.add(subscriber as HubSubscriber)
    }
    for (const follower of followers) follower.restart()
  }

  /** Every 100 ms. `now` in µs; what is due once a second is sent by the first tick of the second. */
  tick(now: number): void {
    const second = Math.floor(now / SECOND)
    const newSecond = second !== this.#second
    this.#second = second
    const fresh = this.#fresh
    this.#fresh = new Set()
    // A stream of all symbols is due once a second only.
    if (!newSecond) for (const channel of this.#all.values()) if (fresh.has(channel)) this.#fresh.add(channel)
    for (const [name, symbol] of this.#symbols) {
      const market = this.#markets.byStreamName(name)
      if (market) this.#tickSymbol(market, symbol, fresh, now, newSecond)
    }
    if (!newSecond) return
    for (const channel of this.#all.values()) {
      publishMiniTickers(fresh.has(channel) ? this.#markets.symbols() : this.#traded, channel, now)
    }
    this.#traded.clear()
  }

  #tickSymbol(
    market: SymbolMarket,
    symbol: SymbolChannels,
    fresh: ReadonlySet<Channel>,
    now: number,
    newSecond: boolean,
  ): void {
    for (const speed of SPEEDS) {
      if (speed === 100 || newSecond) this.#flush(market, symbol, speed, now)
    }
    for (const channel of symbol.byTopic.values()) {
      if (channel.name.stream.kind === 'bookTicker') {
        if (fresh.has(channel)) this.#bookTicker(market, channel)
      } else publishTimed(market, channel, now, newSecond)
    }
  }

  #flush(market: SymbolMarket, symbol: SymbolChannels, speed: Speed, now: number): void {
    const diff = symbol.windows.get(speed)?.flush()
    if (!diff) return
    for (const topic of DEPTH_TOPICS[speed]) {
      symbol.byTopic.get(topic)?.publish(diff.sequence, (unit) => diffPayload(market, diff, now, unit))
    }
  }

  #bookTicker(market: SymbolMarket, channel: Channel): void {
    const version = market.book.bestVersion
    if (channel.mark === version || market.book.updateId < 0) return
    channel.mark = version
    channel.publish(market.book.sequence, () => bookTickerPayload(market))
  }

  #channel(market: SymbolMarket, topic: string): Channel | undefined {
    return this.#symbols.get(market.streamName)?.byTopic.get(topic)
  }

  #symbol(name: string): SymbolChannels {
    let symbol = this.#symbols.get(name)
    if (!symbol) {
      symbol = { byTopic: new Map(), windows: new Map() }
      this.#symbols.set(name, symbol)
    }
    return symbol
  }
}
