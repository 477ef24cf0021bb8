import { peakOf, profileOf } from './profiles.ts'

/** How the rate is divided: over kept connections, over a new connection for each request, over the WebSocket API. */
export const PARTS = { kept: 0.5, fresh: 0.2, socket: 0.3 } as const
/** The same as text. */
export const PARTS_TEXT =
  `${percent(PARTS.kept)} of the requests come over kept connections, ${percent(PARTS.fresh)} over new ones, ` +
  `${percent(PARTS.socket)} over the WebSocket API`
const SOCKETS_MIN = 4
/** How long a request may be in flight before the next one finds no free virtual user, seconds. */
export const PATIENCE_SECONDS_DEFAULT = 4

/** Open orders of an account at a time: the market's filter allows 200. */
const STANDING_MAX = 160
/** Open orders of one user, so that it has something to cancel and to query. */
const STANDING_MIN = 2
const ACCOUNTS_MIN = 4
/** Orders of an account in ten seconds: half of its limit, so that a burst after a pause stays within it too. */
const ORDERS_10S_MAX = 50
/** Part of the requests that place an order. */
const PLACED_PART = 0.6

/** Number of accounts that keep so many requests a second within the limits. */
function accountsWithinLimits(perSecond: number): number {
  return Math.ceil((perSecond * PLACED_PART * 10) / ORDERS_10S_MAX)
}

/** Sockets of the WebSocket API; each trades for another account. */
export function socketsOf(peak: number): number {
  return Math.max(SOCKETS_MIN, accountsWithinLimits(PARTS.socket * peak))
}

/** Virtual users for a part of `peak` requests a second, when each request may be in flight for `patience` seconds. */
export function usersOf(part: number, peak: number, patience: number = PATIENCE_SECONDS_DEFAULT): number {
  return Math.ceil(part * peak * patience) + 5
}

function everybody(peak: number, patience?: number): number {
  return usersOf(PARTS.kept, peak, patience) + usersOf(PARTS.fresh, peak, patience) + socketsOf(peak)
}

/** Open orders that one user may have, so that all users together stay within the filter of each account. */
export function standingOf(accounts: number, peak: number, patience?: number): number {
  return Math.max(STANDING_MIN, Math.floor((STANDING_MAX * accounts) / everybody(peak, patience)))
}

/** Number of accounts that keep so many users within the filter and the limits. */
export function accountsFor(peak: number, patience?: number): number {
  const withinFilter = Math.ceil((STANDING_MIN * everybody(peak, patience)) / STANDING_MAX)
  return Math.max(ACCOUNTS_MIN, withinFilter, accountsWithinLimits(peak))
}

/** The same for a load with a named profile. @throws Error for an unknown name */
export function accountsForLoad(load: {
  readonly rate: number
  readonly profile: string
  readonly seconds: number
}): number {
  return accountsFor(load.rate * peakOf(profileOf(load.profile, load.seconds)))
}

function percent(part: number): string {
  return `${Math.round(100 * part)} %`
}
