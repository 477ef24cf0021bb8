import { PublicError, publicError, type PublicErrorEntry, PublicErrors } from '@uptick/protocol'
import { type Clock, countedAddress, type CountedAddress } from '@uptick/runtime'
import type { Bans, Counter, CounterStore } from './counter-store.ts'
import type { FillCause, FillCredit, FillOutcome, Limits, RateLimitState } from './limits.ts'
import { LATE } from './stand-ins.ts'

/** How much each window admits. */
export interface LimitSettings {
  readonly requestWeightPerMinute: number
  readonly ordersPerTenSeconds: number
  readonly ordersPerDay: number
  readonly rawRequestsPerFiveMinutes: number
  readonly connectionsPerFiveMinutes: number
  /** False: addresses that continue past a limit get 429 and are never banned (loopback, self-hosted). */
  readonly bans: boolean
}

/** Binance's published limits. */
export const LIMITS_DEFAULT: LimitSettings = {
  requestWeightPerMinute: 6000,
  ordersPerTenSeconds: 100,
  ordersPerDay: 200_000,
  rawRequestsPerFiveMinutes: 300_000,
  connectionsPerFiveMinutes: 300,
  bans: true,
}

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const DAY = 24 * 60 * MINUTE

/** A maker's fill lowers the count of unfilled orders by this much: provided liquidity counts more. */
const MAKER_FILL_CREDIT = 5
const TAKER_FILL_CREDIT = 1

/**
 * Limits in fixed windows aligned to the clock: a minute begins at :00, ten seconds at :00, :10 …, a day at 00:00 UTC.
 * The store keeps the counts, for this gateway alone or together with others. Memory grows with the addresses and
 * accounts seen in the current windows. Callers pass whole addresses; the limits count `countedAddress`.
 */
export class RateLimits implements Limits {
  readonly #settings: LimitSettings
  readonly #clock: Clock
  readonly #store: CounterStore
  readonly #weight: Counter<CountedAddress>
  readonly #raw: Counter<CountedAddress>
  readonly #connections: Counter<CountedAddress>
  readonly #tenSeconds: Counter<number>
  readonly #day: Counter<number>
  readonly #bans: Bans

  constructor(settings: LimitSettings, clock: Clock, store: CounterStore) {
    this.#settings = settings
    this.#clock = clock
    this.#store = store
    this.#weight = store.counter('weight', 'address', MINUTE)
    this.#raw = store.counter('raw', 'address', 5 * MINUTE)
    this.#connections = store.counter('connections', 'address', 5 * MINUTE)
    this.#tenSeconds = store.counter('orders-10s', 'account', 10 * SECOND)
    this.#day = store.counter('orders-1d', 'account', DAY)
    this.#bans = store.bans
  }

  request(ip: string, weight: number): void {
    const now = this.#clock.now()
    const client = countedAddress(ip)
    if (this.#settings.bans) this.#checkBan(client, now)
    const { requestWeightPerMinute, rawRequestsPerFiveMinutes } = this.#settings
    const weightUsed = this.#weight.add(client, weight, now)
    if (this.#raw.add(client, 1, now) > rawRequestsPerFiveMinutes) {
      throw this.#excess(client, now, this.#raw.left(now), PublicErrors.TOO_MANY_QUEUED)
    }
    if (weightUsed > requestWeightPerMinute) {
      throw this.#excess(
        client,
        now,
        this.#weight.left(now),
        PublicErrors.TOO_MUCH_WEIGHT,
        requestWeightPerMinute,
        '1 MINUTE',
      )
    }
  }

  refuses(ip: string): boolean {
    const now = this.#clock.now()
    const client = countedAddress(ip)
    const { bans, requestWeightPerMinute, rawRequestsPerFiveMinutes } = this.#settings
    if (bans && this.#bans.until(client, now) !== 0) return true
    if (this.#weight.get(client, now) >= requestWeightPerMinute) return true
    return this.#raw.get(client, now) >= rawRequestsPerFiveMinutes
  }

  refund(ip: string, weight: number): void {
    this.#weight.add(countedAddress(ip), -weight, this.#clock.now())
  }

  usedWeight(ip: string): number {
    return this.#weight.get(countedAddress(ip), this.#clock.now())
  }

  order(account: number, orders: number): void {
    const now = this.#clock.now()
    const { ordersPerDay, ordersPerTenSeconds } = this.#settings
    if (this.#day.get(account, now) + orders > ordersPerDay) {
      throw limited(this.#day.left(now), PublicErrors.TOO_MANY_ORDERS, ordersPerDay, 'DAY')
    }
    if (this.#tenSeconds.get(account, now) + orders > ordersPerTenSeconds) {
      throw limited(this.#tenSeconds.left(now), PublicErrors.TOO_MANY_ORDERS, ordersPerTenSeconds, '10 SECOND')
    }
    this.#day.add(account, orders, now)
    this.#tenSeconds.add(account, orders, now)
  }

  opened(session: number): void {
    this.#store.did(session, 0)
  }

  filled(fills: readonly FillCredit[], { sequence, session, time }: FillOutcome, cause: FillCause): void {
    // Every gateway hears of every fill. With shared counts one gateway counts it: the one that caused it, or else any
    // one.
    if (!this.#store.isShared) this.#credit(fills)
    else if (cause === 'elsewhere') this.#store.instead(session, sequence, () => this.#creditOnce(fills, sequence))
    else if (cause === 'here' && this.#clock.now() - time < LATE) {
      this.#credit(fills)
      this.#store.did(session, sequence)
    } else this.#creditOnce(fills, sequence)
  }

  orderCounts(account: number): { tenSeconds: number; day: number } {
    const now = this.#clock.now()
    return { tenSeconds: this.#tenSeconds.get(account, now), day: this.#day.get(account, now) }
  }

  connection(ip: string): void {
    const now = this.#clock.now()
    const client = countedAddress(ip)
    if (this.#settings.bans) this.#checkBan(client, now)
    const limit = this.#settings.connectionsPerFiveMinutes
    if (this.#connections.add(client, 1, now) > limit) {
      throw this.#excess(client, now, this.#connections.left(now), PublicErrors.TOO_MANY_CONNECTIONS, limit)
    }
  }

  states(ip: string, account?: number): readonly RateLimitState[] {
    const now = this.#clock.now()
    const client = countedAddress(ip)
    const { requestWeightPerMinute, ordersPerTenSeconds, ordersPerDay, rawRequestsPerFiveMinutes } = this.#settings
    const orders = account === undefined ? { tenSeconds: 0, day: 0 } : this.orderCounts(account)
    return [
      state('REQUEST_WEIGHT', 'MINUTE', 1, requestWeightPerMinute, this.#weight.get(client, now)),
      state('ORDERS', 'SECOND', 10, ordersPerTenSeconds, orders.tenSeconds),
      state('ORDERS', 'DAY', 1, ordersPerDay, orders.day),
      state('RAW_REQUESTS', 'MINUTE', 5, rawRequestsPerFiveMinutes, this.#raw.get(client, now)),
    ]
  }

  /**
   * The exchange that decides which gateway counts the fill also brings the counts of the others, so add nothing yet.
   */
  #creditOnce(fills: readonly FillCredit[], sequence: number): void {
    this.#add(fills, () => 0)
    this.#store.once(sequence, () => this.#credit(fills))
  }

  #credit(fills: readonly FillCredit[]): void {
    this.#add(fills, ({ maker }) => -(maker ? MAKER_FILL_CREDIT : TAKER_FILL_CREDIT))
  }

  #add(fills: readonly FillCredit[], amountOf: (fill: FillCredit) => number): void {
    const now = this.#clock.now()
    for (const fill of fills) {
      const amount = amountOf(fill)
      this.#tenSeconds.add(fill.account, amount, now)
      this.#day.add(fill.account, amount, now)
    }
  }

  #checkBan(client: CountedAddress, now: number): void {
    const until = this.#bans.until(client, now)
    if (until === 0) return
    throw limited(until - now, PublicErrors.IP_BANNED, Math.ceil(until / 1000))
  }

  #excess(
    client: CountedAddress,
    now: number,
    left: number,
    entry: PublicErrorEntry,
    ...values: (string | number)[]
  ): PublicError {
    if (this.#settings.bans) this.#bans.offence(client, now)
    return limited(left, entry, ...values)
  }
}

/** The error of `entry` with the time to retry after; `left` in µs. */
function limited(left: number, entry: PublicErrorEntry, ...values: (string | number)[]): PublicError {
  const { code, msg, status } = publicError(entry, ...values)
  return new PublicError(code, msg, status, { retryAfter: Math.ceil(left / SECOND) })
}

function state(
  rateLimitType: RateLimitState['rateLimitType'],
  interval: RateLimitState['interval'],
  intervalNum: number,
  limit: number,
  count: number,
): RateLimitState {
  return { rateLimitType, interval, intervalNum, limit, count }
}
