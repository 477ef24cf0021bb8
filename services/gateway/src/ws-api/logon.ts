import { PublicError, type TimeUnit } from '@uptick/protocol'
import type { ApiKey } from '../keys/api-key.ts'
import { readingWeight } from '../limits/reading-weight.ts'
import type { Call } from '../operations/call.ts'
import type { Dispatcher } from '../operations/dispatcher.ts'
import type { SessionResult } from './session-result.ts'
import type { Subscriptions } from './subscriptions.ts'

const SESSION_WEIGHT = 2

/** The key that a connection is logged on with: its requests may leave out `apiKey` and `signature`. */
export class Logon {
  readonly #dispatcher: Dispatcher
  readonly #subscriptions: Subscriptions
  readonly #connectedSince: number
  readonly returnRateLimits: boolean
  #key: ApiKey | undefined
  #authorizedSince = 0

  constructor(dispatcher: Dispatcher, subscriptions: Subscriptions, returnRateLimits: boolean) {
    this.#dispatcher = dispatcher
    this.#subscriptions = subscriptions
    this.returnRateLimits = returnRateLimits
    this.#connectedSince = dispatcher.services.clock.now()
  }

  get key(): ApiKey | undefined {
    return this.#key
  }

  /** Run `session.logon`, `.status` or `.logout`; `undefined` for other methods. Throws `PublicError`. */
  run(method: string, call: Call): SessionResult | undefined {
    switch (method) {
      case 'session.logon':
        this.#charge(call)
        this.#logOn(call)
        return { result: this.#status(call.timeUnit) }
      case 'session.status':
        this.#charge(call)
        return { result: this.#status(call.timeUnit) }
      case 'session.logout':
        this.#charge(call)
        this.#key = undefined
        return { result: this.#status(call.timeUnit), afterwards: () => this.#subscriptions.endLogon() }
      default:
        return undefined
    }
  }

  /** Returns true when the connection was logged on with this key; it is logged off then. */
  revoked(apiKey: string): boolean {
    if (this.#key?.apiKey !== apiKey) return false
    this.#key = undefined
    return true
  }

  #logOn(call: Call): void {
    const key = this.#dispatcher.signer(call)
    if (key.type !== 'ED25519') {
      throw new PublicError(-4056, `${key.type === 'HMAC' ? 'HMAC_SHA256' : 'RSA'} API key is not supported.`, 400)
    }
    // A client that logs on with another account no longer acts for the first one.
    if (this.#key && this.#key.account !== key.account) this.#subscriptions.endLogon()
    this.#key = key
    this.#authorizedSince = this.#dispatcher.services.clock.now()
  }

  #status(unit: TimeUnit): object {
    const { clock } = this.#dispatcher.services
    const time = (at: number): number => (unit === 'MICROSECOND' ? at : Math.floor(at / 1000))
    return {
      apiKey: this.#key?.apiKey ?? null,
      authorizedSince: this.#key ? time(this.#authorizedSince) : null,
      connectedSince: time(this.#connectedSince),
      returnRateLimits: this.returnRateLimits,
      serverTime: time(clock.now()),
      userDataStream: this.#key ? this.#subscriptions.hasLogon : null,
    }
  }

  #charge(call: Call): void {
    this.#dispatcher.services.limits.request(call.ip, SESSION_WEIGHT + readingWeight(call.length))
  }
}
