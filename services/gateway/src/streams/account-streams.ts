import type { Clock, Timers } from '@uptick/runtime'
import type { FeedMemory } from '../feed/feed-memory.ts'
import type { OutcomeSpan } from '../feed/outcome-span.ts'
import type { Stage } from '../feed/stage.ts'
import { accountOf } from '../feed/walk.ts'
import { type AccountLink, AccountSource } from './account-source.ts'
import { Wrapping } from './message.ts'
import { StreamHub } from './stream-hub.ts'
import { PlainSubscription, type Subscriber } from './subscription.ts'

export interface AccountStreamsOptions {
  readonly link: AccountLink
  readonly memory: FeedMemory
  readonly clock: Clock
  readonly timers: Timers
}

/** The private streams, one for each account. Plain and numbered messages carry the id of the subscription. */
export class AccountStreams implements Stage {
  readonly hub: StreamHub
  readonly #link: AccountLink

  constructor(options: AccountStreamsOptions) {
    this.#link = options.link
    this.hub = new StreamHub({ ...options, keyOf: accountOf })
  }

  /** Follow plainly. Returns a function that ends it. */
  follow(account: number, id: number, subscriber: Subscriber): () => void {
    const subscription = new PlainSubscription(subscriber, eventWrapping(id))
    return this.hub.follow(String(account), this.#source(account), subscription)
  }

  /** Follow numbered, after `position`. Returns a function that ends it. */
  resume(account: number, id: number, subscriber: Subscriber, position: number | undefined): () => void {
    const envelope = { head: `{"subscriptionId":${id}`, list: 'events' }
    return this.hub.resume(String(account), this.#source(account), { subscriber, envelope, position })
  }

  frame(span: OutcomeSpan): void {
    this.hub.frame(span)
  }

  restart(): void {
    this.hub.restart()
    this.hub.restartPlain(({ source }) => source.traits.followsChanges)
  }

  #source(account: number): () => AccountSource {
    return () => new AccountSource(account, this.#link)
  }
}

/** Around an event of the subscription. */
export function eventWrapping(id: number): Wrapping {
  return new Wrapping(`{"subscriptionId":${id},"event":`, '}')
}
