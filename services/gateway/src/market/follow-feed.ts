import type { Clock, Timers } from '../seams.ts'
import { StreamHub } from '../streams/stream-hub.ts'
import { UserStreams } from '../user/user-streams.ts'
import type { HistorySource } from './history-source.ts'
import { Markets } from './markets.ts'
import type { ShardMarketsOptions } from './shard-markets.ts'

export interface FeedOptions {
  readonly link: ShardMarketsOptions['link']
  readonly history: HistorySource
  readonly clock: Clock
  readonly timers: Timers
  readonly log: (message: string, detail?: unknown) => void
}

/** Everything that lives on the feed of a shard. */
export interface Feed {
  readonly userStreams: UserStreams
  readonly markets: Markets
  readonly hub: StreamHub
  close(): void
}

/**
 * Follow the feed of `link`, before it is started. What is private is told first, then the markets move, then the public
 * streams speak: nobody reads of a fill in public before its owners were told.
 */
export function followFeed(options: FeedOptions): Feed {
  const userStreams = new UserStreams(options.link)
  const markets = new Markets([options])
  const hub = new StreamHub(markets)
  markets.follow(hub)
  return { userStreams, markets, hub, close: () => markets.close() }
}
