import { countedAddress } from '@uptick/runtime'
import { expect, test } from 'vitest'
import { ADDRESSES_MAX, BanList } from './ban-list.ts'
import { KNOWN_MAX, SharedBans } from './shared-bans.ts'

const NOW = 1_700_000_000_000_000
const LATER = NOW + 60_000_000

const address = (n: number) => countedAddress(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`)

test('past the bound on known bans only the oldest is forgotten', () => {
  const bans = new SharedBans(() => undefined)
  for (let n = 0; n < KNOWN_MAX; n++) bans.learn(address(n), LATER)
  expect(bans.until(address(0), NOW)).toBe(LATER)
  for (const more of [0, 1]) {
    bans.learn(address(KNOWN_MAX + more), LATER)
    const held = [more, more + 1, KNOWN_MAX - 1, KNOWN_MAX + more].map((n) => bans.until(address(n), NOW) === LATER)
    expect(held).toEqual([false, true, true, true])
  }
})

test('a known ban takes no second place, and may become longer', () => {
  const bans = new SharedBans(() => undefined)
  for (let n = 0; n < KNOWN_MAX; n++) bans.learn(address(n), LATER)
  bans.learn(address(5), LATER + 1)
  expect([0, 5].map((n) => bans.until(address(n), NOW))).toEqual([LATER, LATER + 1])
})

test('past the bound on offenders only the oldest is forgotten', () => {
  const bans = new BanList()
  const ban = (n: number): void => {
    while (bans.until(address(n), NOW) === 0) bans.offence(address(n), NOW)
  }
  ban(0)
  ban(1)
  for (let n = 2; n < ADDRESSES_MAX; n++) bans.offence(address(n), NOW)
  expect([0, 1].map((n) => bans.until(address(n), NOW) > NOW)).toEqual([true, true])
  bans.offence(address(ADDRESSES_MAX), NOW)
  expect([0, 1].map((n) => bans.until(address(n), NOW) > NOW)).toEqual([false, true])
  // An address that is counted already takes no second place.
  ban(ADDRESSES_MAX)
  expect(bans.until(address(1), NOW)).toBeGreaterThan(NOW)
})
