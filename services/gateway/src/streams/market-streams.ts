import type { Clock, Timers } from '@uptick/runtime'
import type { FeedMemory } from '../feed/feed-memory.ts'
import type { OutcomeSpan } from '../feed/outcome-span.ts'
import type { Stage } from '../feed/stage.ts'
import { symbolOf } from '../feed/walk.ts'
import type { Markets } from '../market/markets.ts'
import { MarketSource } from './market-source.ts'
import { BARE } from './message.ts'
import { StreamHub } from './stream-hub.ts'
import type { StreamName } from './stream-name.ts'
import { PlainSubscription, type Subscriber } from './subscription.ts'

export interface MarketStreamsOptions {
  readonly memory: FeedMemory
  readonly clock: Clock
  readonly timers: Timers
}

/** The public streams of the markets. */
export class MarketStreams implements Stage {
  readonly hub: StreamHub
  readonly #markets: Markets
  readonly #clock: Clock

  constructor(markets: Markets, options: MarketStreamsOptions) {
    this.#markets = markets
    this.#clock = options.clock
    this.hub = new StreamHub({ ...options, keyOf: symbolOf })
    // Followers of a reloaded book's changes must start again from a snapshot.
    markets.onReload(({ definition: { id } }) => {
      this.hub.restartPlain(({ key, source }) => key === id && source.traits.followsChanges)
    })
  }

  /** Whether the stream's symbol is listed. While no symbol is known, every symbol may be. */
  mayHave({ symbol }: StreamName): boolean {
    return symbol === '' || this.#markets.byStreamName(symbol) !== undefined || this.#markets.isEmpty
  }

  /** Follow plainly. Returns a function that ends it. */
  follow(name: StreamName, subscriber: Subscriber): () => void {
    const subscription = new PlainSubscription(subscriber, BARE)
    return this.hub.follow(name.text, this.#source(name), subscription)
  }

  /** Follow numbered, after `position`. Returns a function that ends it. */
  resume(name: StreamName, subscriber: Subscriber, position: number | undefined): () => void {
    const envelope = { head: `{"stream":${JSON.stringify(name.text)}`, list: 'data' }
    return this.hub.resume(name.text, this.#source(name), { subscriber, envelope, position })
  }

  frame(span: OutcomeSpan): void {
    this.hub.frame(span)
  }

  restart(): void {
    this.hub.restart()
  }

  #source(name: StreamName): () => MarketSource {
    return () => new MarketSource(name, this.#markets, this.#clock)
  }
}
