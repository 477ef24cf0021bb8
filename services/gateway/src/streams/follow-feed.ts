import type { Clock, Timers } from '../seams.ts'
import { FeedMemory } from '../feed/feed-memory.ts'
import type { ReadPast } from '../feed/feed-memory.ts'
import { followInOrder } from '../feed/stage.ts'
import type { FeedLink, Stage } from '../feed/stage.ts'
import type { HistorySource } from '../market/history-source.ts'
import { Markets } from '../market/markets.ts'
import type { ShardMarketsOptions } from '../market/shard-markets.ts'
import { NumberedAccounts } from '../resume/numbered-accounts.ts'
import { NumberedMarkets } from '../resume/numbered-markets.ts'
import { UserStreams } from '../user/user-streams.ts'
import { StreamHub } from './stream-hub.ts'

export interface FeedOptions {
  readonly link: ShardMarketsOptions['link'] & FeedLink
  /** Lowers counts of unfilled orders; without it nobody counts. */
  readonly credits?: Stage
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

/** Follow the feed of `link`, before it is started. */
export function followFeed(options: FeedOptions): Feed {
  const { link, clock, timers, readPast, credits } = options
  const memory = new FeedMemory({ readPast, timers })
  const userStreams = new UserStreams(link)
  const numberedAccounts = new NumberedAccounts({ link, memory, clock, timers })
  const markets = new Markets([options])
  const hub = new StreamHub(markets)
  markets.follow(hub)
  const numberedMarkets = new NumberedMarkets(markets, { memory, clock, timers })
  // The order of everything that happens with a frame. Before it the link resolves the replies that the frame holds, whose
  // callers go on when all of this is done: an answer shows the count after its own fill, and books and streams that have it.
  followInOrder(link, [
    ...(credits ? [credits] : []),
    // Those that follow find in the memory all that they have seen.
    memory,
    // Nobody reads of a fill in public before its owners are told.
    userStreams,
    numberedAccounts.hub,
    ...markets.shards,
    // The public streams show what the markets are now.
    numberedMarkets.hub,
  ])
  const close = (): void => {
    markets.close()
    memory.close()
  }
  return { userStreams, markets, hub, memory, numberedAccounts, numberedMarkets, close }
}
