import { peakOf, profileOf } from './profiles.ts'

/** How the rate is divided: over kept connections, with a new connection for each request, over the WebSocket API. */
export const PARTS = { kept: 0.5, fresh: 0.2, socket: 0.3 } as const
export const SOCKETS = 4
/** How long each request may be on the way before the next one finds no virtual user, seconds. */
export const PATIENCE_SECONDS_DEFAULT = 4

/** Orders of an account that stand at a time: the market's filter allows 200. */
const STANDING_MAX = 160
/** Of one user, so that it has something to cancel and to ask for. */
const STANDING_MIN = 2
const ACCOUNTS_MIN = 4

/** Virtual users for a part of `peak` requests a second, when each may be on the way for `patience` seconds. */
export function usersOf(part: number, peak: number, patience: number = PATIENCE_SECONDS_DEFAULT): number {
  return Math.ceil(part * peak * patience) + 5
}

function everybody(peak: number, patience?: number): number {
  return usersOf(PARTS.kept, peak, patience) + usersOf(PARTS.fresh, peak, patience) + SOCKETS
}

/** Orders that one user may let stand, so that all of them together stay within the filter of each account. */
export function standingOf(accounts: number, peak: number, patience?: number): number {
  return Math.max(STANDING_MIN, Math.floor((STANDING_MAX * accounts) / everybody(peak, patience)))
}

/** Accounts among which so many users have to be divided for the filter to bear them. */
export function accountsFor(peak: number, patience?: number): number {
  return Math.max(ACCOUNTS_MIN, Math.ceil((STANDING_MIN * everybody(peak, patience)) / STANDING_MAX))
}

/** The same for a load by the name of its profile. @throws Error when there is none of that name */
export function accountsForLoad(load: {
  readonly rate: number
  readonly profile: string
  readonly seconds: number
}): number {
  return accountsFor(load.rate * peakOf(profileOf(load.profile, load.seconds)))
}
