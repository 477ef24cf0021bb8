import { expect, test } from 'vitest'
import { accountsFor, PARTS, SOCKETS, standingOf, usersOf } from '../../scenarios/crowd.ts'

const FILTER = 200

test.each([1, 30, 77, 154, 230, 345, 518, 2000])('%i a second stay within the filter of every account', (peak) => {
  const accounts = accountsFor(peak)
  const users = usersOf(PARTS.kept, peak) + usersOf(PARTS.fresh, peak) + SOCKETS
  const mostOfOneAccount = Math.ceil(users / accounts) * standingOf(accounts, peak)
  expect(mostOfOneAccount).toBeLessThanOrEqual(FILTER)
})

test('few requests need few accounts, and a user has something to cancel at any rate', () => {
  expect(accountsFor(30)).toBe(4)
  expect(accountsFor(345)).toBeGreaterThan(accountsFor(154))
  expect(standingOf(accountsFor(2000), 2000)).toBeGreaterThanOrEqual(2)
})

test('everybody is on the way when requests take as long as they may', () => {
  expect(usersOf(1, 50, 4)).toBeGreaterThanOrEqual(200)
})
