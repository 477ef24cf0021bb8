import { peakOf, profileOf } from './profiles.ts'

/** How the rate is divided: over kept connections, with a new connection for each request, over the WebSocket API. */
export const PARTS = { kept: 0.5, fresh: 0.2, socket: 0.3 } as const
/** The same for a person. */
export const PARTS_TEXT =
  `${percent(PARTS.kept)} of the requests come over kept connections, ${percent(PARTS.fresh)} over new ones, ` +
  `${percent(PARTS.socket)} over the WebSocket API`
const SOCKETS_MIN = 4
/** How long each request may be on the way before the next one finds no virtual user, seconds. */
export const PATIENCE_SECONDS_DEFAULT = 4

/** Orders of an account that stand at a time: the market's filter allows 200. */
const STANDING_MAX = 160
/** Of one user, so that it has something to cancel and to ask for. */
const STANDING_MIN = 2
const ACCOUNTS_MIN = 4
/** Orders of an account in ten seconds: half of what the limits grant it, so that a wave after a pause is within them, too. */
const ORDERS_10S_MAX = 50
/** Of the requests. */
const PLACED_PART = 0.6

/** Accounts that the limits ask for, when so many requests a second are divided among them. */
function accountsWithinLimits(perSecond: number): number {
  return Math.ceil((perSecond * PLACED_PART * 10) / ORDERS_10S_MAX)
}

/** Sockets of the WebSocket API, each of another account. */
export function socketsOf(peak: number): number {
  return Math.max(SOCKETS_MIN, accountsWithinLimits(PARTS.socket * peak))
}

/** Virtual users for a part of `peak` requests a second, when each may be on the way for `patience` seconds. */
export function usersOf(part: number, peak: number, patience: number = PATIENCE_SECONDS_DEFAULT): number {
  return Math.ceil(part * peak * patience) + 5
}

function everybody(peak: number, patience?: number): number {
  return usersOf(PARTS.kept, peak, patience) + usersOf(PARTS.fresh, peak, patience) + socketsOf(peak)
}

/** Orders that one user may let stand, so that all of them together stay within the filter of each account. */
export function standingOf(accounts: number, peak: number, patience?: number): number {
  return Math.max(STANDING_MIN, Math.floor((STANDING_MAX * accounts) / everybody(peak, patience)))
}

/** Accounts among which so many users have to be divided for the filter and the limits to bear them. */
export function accountsFor(peak: number, patience?: number): number {
  const withinFilter = Math.ceil((STANDING_MIN * everybody(peak, patience)) / STANDING_MAX)
  return Math.max(ACCOUNTS_MIN, withinFilter, accountsWithinLimits(peak))
}

/** The same for a load by the name of its profile. @throws Error when there is none of that name */
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
