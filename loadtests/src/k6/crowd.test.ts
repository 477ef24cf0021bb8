import { expect, test } from 'vitest'
import { accountsFor, PARTS, PARTS_TEXT, socketsOf, standingOf, usersOf } from '../../scenarios/crowd.ts'

const FILTER = 200

test.each([1, 30, 77, 154, 230, 345, 518, 2000])('%i a second stay within the filter of every account', (peak) => {
  const accounts = accountsFor(peak)
  const users = usersOf(PARTS.kept, peak) + usersOf(PARTS.fresh, peak) + socketsOf(peak)
  const mostOfOneAccount = Math.ceil(users / accounts) * standingOf(accounts, peak)
  expect(mostOfOneAccount).toBeLessThanOrEqual(FILTER)
})

/** For an account without a fill, by the gateway's limits: 100 in ten seconds. Six of ten requests are orders. */
test.each([1, 30, 77, 154, 230, 345, 518, 2000])('%i a second stay within the order limit of every account', (peak) => {
  const accounts = accountsFor(peak)
  const overHttp = ((PARTS.kept + PARTS.fresh) * peak) / accounts
  const socketsOfOne = Math.ceil(socketsOf(peak) / accounts)
  const overSockets = (socketsOfOne * PARTS.socket * peak) / socketsOf(peak)
  expect((overHttp + overSockets) * 0.6 * 10).toBeLessThanOrEqual(100)
})

test('help and reports describe the crowd as it is', () => {
  const shares = [...PARTS_TEXT.matchAll(/(\d+) % /g)].map(([, share]) => Number(share) / 100)
  expect(shares).toEqual([PARTS.kept, PARTS.fresh, PARTS.socket])
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1)
})

test('a low rate needs few accounts, and a user has something to cancel at any rate', () => {
  expect(accountsFor(30)).toBeLessThanOrEqual(4)
  expect(accountsFor(345)).toBeGreaterThan(accountsFor(154))
  expect(standingOf(accountsFor(2000), 2000)).toBeGreaterThanOrEqual(2)
})

test('every user has a request in flight when requests take as long as they may', () => {
  expect(usersOf(1, 50, 4)).toBeGreaterThanOrEqual(200)
})
