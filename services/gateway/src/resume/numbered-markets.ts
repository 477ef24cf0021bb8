import type { Markets } from '../market/markets.ts'
import type { Clock } from '../seams.ts'
import type { StreamName } from '../streams/stream-name.ts'
import { MarketSource } from './market-source.ts'
import { NumberedHub } from './numbered-hub.ts'
import type { NumberedHubOptions } from './numbered-hub.ts'
import type { NumberedSubscriber } from './subscription.ts'
import { symbolOf } from '../feed/walk.ts'

/** Numbered market streams. */
export class NumberedMarkets {
  readonly hub: NumberedHub
  readonly #markets: Markets
  readonly #clock: Clock

  constructor(markets: Markets, options: Omit<NumberedHubOptions, 'keyOf'>) {
    this.#markets = markets
    this.#clock = options.clock
    this.hub = new NumberedHub({ ...options, keyOf: symbolOf })
  }

  /** Returns what ends it. */
  subscribe(name: StreamName, subscriber: NumberedSubscriber, position: number | undefined): () => void {
    const envelope = { head: `{"stream":${JSON.stringify(name.text)}`, list: 'data' }
    const source = (): MarketSource => new MarketSource(name, this.#markets, this.#clock)
    const subscription = this.hub.subscribe(name.text, source, { subscriber, envelope, position })
    return () => this.hub.unsubscribe(name.text, subscription)
  }
}
