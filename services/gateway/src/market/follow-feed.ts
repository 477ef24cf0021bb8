import type { Clock, Timers } from '../seams.ts'
import { StreamHub } from '../streams/stream-hub.ts'
import { FeedMemory } from '../resume/feed-memory.ts'
import type { ReadPast } from '../resume/feed-memory.ts'
import { NumberedAccounts } from '../resume/numbered-accounts.ts'
import { NumberedMarkets } from '../resume/numbered-markets.ts'
import { UserStreams } from '../user/user-streams.ts'
import type { HistorySource } from './history-source.ts'
import { Markets } from './markets.ts'
import type { ShardMarketsOptions } from './shard-markets.ts'

export interface FeedOptions {
  readonly link: ShardMarketsOptions['link']
  readonly history: HistorySource
  /** Reads what the feed brought before this gateway followed it. */
  readonly readPast: ReadPast
  readonly clock: Clock
  readonly timers: Timers
  readonly log: (message: string, detail?: unknown) => void
}

/** Everything that lives on the feed of a shard. */
export interface Feed {
  readonly userStreams: UserStreams
  readonly markets: Markets
  readonly hub: StreamHub
  readonly memory: FeedMemory
  /** Streams of those who opted in to numbers and resuming. */
  readonly numberedAccounts: NumberedAccounts
  readonly numberedMarkets: NumberedMarkets
  close(): void
}

/**
 * Follow the feed of `link`, before it is started. What is private is told first, then the markets move, then the public
 * streams speak: nobody reads of a fill in public before its owners were told.
 */
export function followFeed(options: FeedOptions): Feed {
  const { link, clock, timers, readPast } = options
  const memory = new FeedMemory({ link, readPast, timers })
  const userStreams = new UserStreams(link)
  const numberedAccounts = new NumberedAccounts({ link, memory, clock, timers })
  const markets = new Markets([options])
  const hub = new StreamHub(markets)
  markets.follow(hub)
  const numberedMarkets = new NumberedMarkets(markets, { link, memory, clock, timers })
  const close = (): void => {
    markets.close()
    memory.close()
  }
  return { userStreams, markets, hub, memory, numberedAccounts, numberedMarkets, close }
}
