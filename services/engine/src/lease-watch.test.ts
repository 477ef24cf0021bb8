import type { LeaseView } from '@uptick/journal'
import { expect, test } from 'vitest'
import { LeaseWatch } from './lease-watch.ts'

const LEASE_MS = 1_500
const held: LeaseView = {
  head: { epoch: 1, last: 0 },
  claim: 'a',
  epoch: 1,
  holder: 'leader',
  url: '',
  successor: undefined,
  halted: undefined,
  expired: false,
  abandoned: false,
  expiresAt: 1_000,
  leaseMs: LEASE_MS,
}

/** What looks that take 10 ms say, each at a time of our clock. */
function watched(looks: readonly (readonly [at: number, view: Partial<LeaseView>])[]): boolean[] {
  const watch = new LeaseWatch()
  return looks.map(([at, view]) => watch.judged({ ...held, ...view }, at, at + 10).expired)
}

test('a lease that was seen unchanged for its length is over, though PostgreSQL’s clock was set back', () => {
  expect(
    watched([
      [0, {}],
      [1_509, {}],
      [1_510, {}],
    ]),
  ).toEqual([false, false, true])
})

test('one that is renewed is not over, though PostgreSQL’s clock was set ahead', () => {
  expect(
    watched([
      [0, {}],
      [100, { expiresAt: 2_000, expired: true }],
      [1_489, { expiresAt: 2_000, expired: true }],
    ]),
  ).toEqual([false, false, false])
})

test('PostgreSQL’s clock decides where our looks leave it open', () => {
  // Renewed between 0 and 110: at 1,490 + 10 that may be a lease ago.
  const looks = [
    [0, {}],
    [100, { expiresAt: 2_000 }],
  ] as const
  expect(watched([...looks, [1_490, { expiresAt: 2_000, expired: false }]]).at(-1)).toBe(false)
  expect(watched([...looks, [1_490, { expiresAt: 2_000, expired: true }]]).at(-1)).toBe(true)
})

test('a member that has just begun to look uses PostgreSQL’s clock', () => {
  expect(watched([[0, { expired: true }]])).toEqual([true])
  expect(watched([[0, { expired: false }]])).toEqual([false])
})

test('and so does one whose looks were far apart', () => {
  expect(
    watched([
      [0, {}],
      [60_000, { expiresAt: 2_000, expired: true }],
    ]),
  ).toEqual([false, true])
})

test('a lease that was given up is over at once', () => {
  expect(
    watched([
      [0, {}],
      [100, { expiresAt: -Infinity, expired: true }],
    ]),
  ).toEqual([false, true])
})

test('another holder’s lease is another one', () => {
  expect(
    watched([
      [0, {}],
      [1_600, { holder: 'next', epoch: 2 }],
      [3_000, { holder: 'next', epoch: 2 }],
    ]),
  ).toEqual([false, false, false])
})

test('PostgreSQL’s clock decides alone where an older release holds the lease', () => {
  expect(
    watched([
      [0, { leaseMs: undefined }],
      [100, { leaseMs: undefined, expiresAt: 2_000, expired: true }],
      [200, { leaseMs: undefined, expired: false }],
      [9_000, { leaseMs: undefined, expired: false }],
    ]),
  ).toEqual([false, true, false, false])
})
