import { publicError, PublicErrors, type TimeUnit } from '@uptick/protocol'
import { SERVICE_RESTART } from '@uptick/runtime'
import type { ApiKey } from '../keys/api-key.ts'
import { readingWeight } from '../limits/reading-weight.ts'
import type { ShareCount } from '../limits/share-count.ts'
import type { Call } from '../operations/call.ts'
import type { Feed } from '../streams/follow-feed.ts'
import type { Dispatcher } from '../operations/dispatcher.ts'
import type { Outbox } from '../sockets/outbox.ts'
import { eventWrapping } from '../streams/account-streams.ts'
import type { Subscriber } from '../streams/subscription.ts'
import type { SessionResult } from './session-result.ts'

const SUBSCRIPTION_WEIGHT = 2
/** Bound on the subscriptions that are open on one connection, and on those ever opened on it. */
export const SUBSCRIPTIONS_MAX = 1000
export const SUBSCRIPTION_ID_MAX = 65_535

interface Subscription {
  readonly id: number
  readonly account: number
  readonly apiKey: string
  /** The session's logon opened it, and its logout ends it. */
  readonly byLogon: boolean
  /** Nothing is delivered any more. */
  end(): void
}

export interface SubscriptionsOptions {
  readonly outbox: Outbox
  readonly feed: Pick<Feed, 'accounts'>
  readonly timeUnit: TimeUnit
  readonly dispatcher: Dispatcher
  /** Subscriptions of each account, on all connections. */
  readonly userStreams: ShareCount<number>
}

/** The user data subscriptions of one connection: one per account, each with an id that its events carry. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions
  readonly #active = new Map<number, Subscription>()
  readonly #subscriber: Subscriber
  #nextId = 0

  constructor(options: SubscriptionsOptions) {
    const { outbox, timeUnit } = options
    this.#options = options
    this.#subscriber = {
      timeUnit,
      get isCongested() {
        return outbox.isCongested
      },
      deliver: (message) => outbox.send(message),
      restart: () => outbox.close(SERVICE_RESTART, 'Events were missed; reconnect and query your orders.'),
    }
  }

  /** Whether the session's logon has a subscription. */
  get hasLogon(): boolean {
    return [...this.#active.values()].some((subscription) => subscription.byLogon)
  }

  /** Run a method about subscriptions; `undefined` for other methods. Throws `PublicError`. */
  run(method: string, call: Call): SessionResult | undefined {
    switch (method) {
      case 'userDataStream.subscribe':
        this.#charge(call)
        if (call.session === undefined) throw publicError(PublicErrors.UNAUTHORIZED)
        this.#options.dispatcher.authenticator.checkPermission(call.session, call.ip, 'USER_DATA')
        return this.#subscribe(call.session, true, call)
      case 'userDataStream.subscribe.signature':
        this.#charge(call)
        return this.#subscribe(this.#options.dispatcher.signer(call), false, call)
      case 'userDataStream.unsubscribe':
        this.#charge(call)
        return this.#unsubscribe(call)
      case 'session.subscriptions':
        this.#charge(call)
        return { result: [...this.#active.keys()].map((subscriptionId) => ({ subscriptionId })) }
      default:
        return undefined
    }
  }

  /** The key was revoked: its subscriptions end, and their clients are told. */
  revoked(apiKey: string): void {
    for (const subscription of this.#active.values()) if (subscription.apiKey === apiKey) this.#end(subscription)
  }

  /** The session logged out. */
  endLogon(): void {
    for (const subscription of this.#active.values()) if (subscription.byLogon) this.#end(subscription)
  }

  /** The connection is gone. */
  close(): void {
    for (const subscription of this.#active.values()) {
      subscription.end()
      this.#options.userStreams.give(subscription.account)
    }
    this.#active.clear()
  }

  #subscribe(key: ApiKey, byLogon: boolean, { params }: Call): SessionResult {
    const { account, apiKey, label } = key
    const { flags } = this.#options.dispatcher.services
    const position = params.integer('resume')
    const isNumbered = position !== undefined || params.boolean('sequence') === true
    // Plain messages in place of numbered ones would not be recognised, and a gap in them would not be noticed.
    if (isNumbered && !flags.isOn('numbered-user-streams', { account, keyLabel: label })) {
      throw publicError(PublicErrors.NUMBERED_UNAVAILABLE)
    }
    for (const subscription of this.#active.values()) {
      if (subscription.account === account) throw publicError(PublicErrors.SUBSCRIPTION_ACTIVE)
    }
    if (this.#nextId > SUBSCRIPTION_ID_MAX || this.#active.size >= SUBSCRIPTIONS_MAX) {
      throw publicError(PublicErrors.SUBSCRIPTION_IDS_EXHAUSTED)
    }
    // An account at its share gets the error of a full connection.
    if (!this.#options.userStreams.take(account)) throw publicError(PublicErrors.SUBSCRIPTION_IDS_EXHAUSTED)
    const id = this.#nextId++
    const subscription = { id, account, apiKey, byLogon, end: () => {} }
    this.#active.set(id, subscription)
    const begin = (): void => {
      const { accounts } = this.#options.feed
      const subscriber = this.#subscriber
      subscription.end = isNumbered
        ? accounts.resume(account, id, subscriber, position)
        : accounts.follow(account, id, subscriber)
    }
    return { result: { subscriptionId: id }, afterwards: begin }
  }

  #unsubscribe(call: Call): SessionResult {
    const id = call.params.integer('subscriptionId')
    const active = [...this.#active.values()]
    const ending = id === undefined ? active : active.filter((subscription) => subscription.id === id)
    if (ending.length === 0) throw publicError(PublicErrors.SUBSCRIPTION_INACTIVE)
    return { result: {}, afterwards: () => ending.forEach((subscription) => this.#end(subscription)) }
  }

  #end(subscription: Subscription): void {
    const { outbox, timeUnit, dispatcher } = this.#options
    if (!this.#active.delete(subscription.id)) return
    subscription.end()
    this.#options.userStreams.give(subscription.account)
    const now = dispatcher.services.clock.now()
    const time = timeUnit === 'MICROSECOND' ? now : Math.floor(now / 1000)
    const { head, tail } = eventWrapping(subscription.id)
    outbox.send(`${head}{"e":"eventStreamTerminated","E":${time}}${tail}`)
  }

  #charge(call: Call): void {
    this.#options.dispatcher.services.limits.request(call.ip, SUBSCRIPTION_WEIGHT + readingWeight(call.length))
  }
}
