import { PublicErrors, publicError } from '@uptick/protocol'
import type { ApiKey } from '../keys/api-key.ts'
import type { Call } from '../operations/call.ts'
import type { Dispatcher } from '../operations/dispatcher.ts'
import type { TimeUnit } from '../operations/operation.ts'
import type { Outbox } from '../sockets/outbox.ts'
import type { UserStreams, UserSubscriber } from '../user/user-streams.ts'
import type { SessionResult } from './session-result.ts'

const SUBSCRIPTION_WEIGHT = 2
const SERVICE_RESTART = 1012
/** Subscriptions that may be open on one connection, and that may ever be opened on it. */
export const SUBSCRIPTIONS_MAX = 1000
export const SUBSCRIPTION_ID_MAX = 65_535

interface Subscription {
  readonly id: number
  readonly account: number
  readonly apiKey: string
  /** Opened by the session's logon, and ended by its logout. */
  readonly byLogon: boolean
  readonly subscriber: UserSubscriber
}

export interface SubscriptionsOptions {
  readonly outbox: Outbox
  readonly userStreams: UserStreams
  readonly timeUnit: TimeUnit
  readonly dispatcher: Dispatcher
}

/** The user data subscriptions of one connection: one per account, each with an id that its events carry. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions
  readonly #active = new Map<number, Subscription>()
  #nextId = 0

  constructor(options: SubscriptionsOptions) {
    this.#options = options
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
        return this.#subscribe(call.session, true)
      case 'userDataStream.subscribe.signature': {
        this.#charge(call)
        const { key } = this.#options.dispatcher.authenticate(
          { security: 'USER_DATA' },
          { ...call, session: undefined },
        )
        return this.#subscribe(key!, false)
      }
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

  /** The key was revoked: its subscriptions end, and say so. */
  revoked(apiKey: string): void {
    for (const subscription of this.#active.values()) if (subscription.apiKey === apiKey) this.#end(subscription)
  }

  /** The session logged out. */
  endLogon(): void {
    for (const subscription of this.#active.values()) if (subscription.byLogon) this.#end(subscription)
  }

  /** The connection is gone. */
  close(): void {
    for (const { account, subscriber } of this.#active.values()) this.#options.userStreams.delete(account, subscriber)
    this.#active.clear()
  }

  #subscribe(key: ApiKey, byLogon: boolean): SessionResult {
    const { account } = key
    for (const subscription of this.#active.values()) {
      if (subscription.account === account) throw publicError(PublicErrors.SUBSCRIPTION_ACTIVE)
    }
    if (this.#nextId > SUBSCRIPTION_ID_MAX || this.#active.size >= SUBSCRIPTIONS_MAX) {
      throw publicError(PublicErrors.SUBSCRIPTION_IDS_EXHAUSTED)
    }
    const id = this.#nextId++
    const subscriber: UserSubscriber = {
      timeUnit: this.#options.timeUnit,
      deliver: (event) => this.#options.outbox.send(`{"subscriptionId":${id},"event":${event}}`),
      restart: () =>
        this.#options.outbox.close(SERVICE_RESTART, 'Events were missed; reconnect and query your orders.'),
    }
    this.#active.set(id, { id, account, apiKey: key.apiKey, byLogon, subscriber })
    return { result: { subscriptionId: id }, afterwards: () => this.#options.userStreams.add(account, subscriber) }
  }

  #unsubscribe(call: Call): SessionResult {
    const id = call.params.integer('subscriptionId')
    const ending = id === undefined ? [...this.#active.values()] : [this.#active.get(id)]
    if (ending.length === 0 || ending[0] === undefined) throw publicError(PublicErrors.SUBSCRIPTION_INACTIVE)
    return { result: {}, afterwards: () => ending.forEach((subscription) => this.#end(subscription!)) }
  }

  #end(subscription: Subscription): void {
    const { userStreams, timeUnit, dispatcher } = this.#options
    if (!this.#active.delete(subscription.id)) return
    userStreams.delete(subscription.account, subscription.subscriber)
    const { clock, link } = dispatcher.services
    const now = clock.now()
    const time = timeUnit === 'MICROSECOND' ? now : Math.floor(now / 1000)
    subscription.subscriber.deliver(`{"e":"eventStreamTerminated","E":${time}}`, link.sequence)
  }

  #charge(call: Call): void {
    this.#options.dispatcher.services.limits.request(call.ip, SUBSCRIPTION_WEIGHT)
  }
}
