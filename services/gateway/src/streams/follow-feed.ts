import type { Clock, Timers } from '@uptick/runtime'
import { FeedDelay, type DelayObserver } from '../feed/feed-delay.ts'
import { FeedMemory, type ReadPast } from '../feed/feed-memory.ts'
import { type FeedLink, followInOrder, type Stage } from '../feed/stage.ts'
import type { HistorySource } from '../market/history-source.ts'
import { Markets } from '../market/markets.ts'
import type { ShardMarketsOptions } from '../market/shard-markets.ts'
import { AccountStreams } from './account-streams.ts'
import { MarketStreams } from './market-streams.ts'

export interface FeedOptions {
  readonly link: ShardMarketsOptions['link'] & FeedLink
  /** Lowers counts of unfilled orders; without it they are not counted. */
  readonly credits?: Stage
  readonly history: HistorySource
  /** Reads what the feed brought before this gateway followed it. */
  readonly readPast: ReadPast
  /** Hears how late the streams of this gateway are. */
  readonly delayed?: DelayObserver | undefined
  readonly clock: Clock
  readonly timers: Timers
  readonly log: (message: string, detail?: unknown) => void
}

/** Everything that follows the feed of a shard. */
export interface Feed {
  readonly memory: FeedMemory
  readonly accounts: AccountStreams
  readonly markets: Markets
  readonly streams: MarketStreams
  /** Call it every 100 ms: lets streams with a timer send; `now` in µs. */
  tick(now: number): void
  close(): void
}

/** Follow the feed of `link`, before it is started. */
export function followFeed(options: FeedOptions): Feed {
  const { link, clock, timers, readPast, credits, delayed } = options
  const memory = new FeedMemory({ readPast, timers })
  const accounts = new AccountStreams({ link, memory, clock, timers })
  const markets = new Markets([options])
  const streams = new MarketStreams(markets, { memory, clock, timers })
  // The order in which a frame is handled. The link resolves the replies of the frame before it. Their callers run
  // after all of this, so an answer shows the order count after its own fill, and order books and streams that contain
  // it.
  followInOrder(link, [
    ...(credits ? [credits] : []),
    // The later stages find in the memory every outcome that they have seen.
    memory,
    // A fill is public only after its owners were told.
    accounts,
    ...markets.shards,
    // The public streams show the present state of the markets.
    streams,
    ...(delayed ? [new FeedDelay(clock, delayed)] : []),
  ])
  const close = (): void => {
    markets.close()
    memory.close()
  }
  const tick = (now: number): void => {
    accounts.hub.tick(now)
    streams.hub.tick(now)
  }
  return { memory, accounts, markets, streams, tick, close }
}
