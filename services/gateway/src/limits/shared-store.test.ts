import { countedAddress, type CountedAddress } from '@uptick/runtime'
import { expect, test } from 'vitest'
import { VirtualTime } from '@uptick/runtime/testing'
import type { CountLine, ToldCounts } from './count-line.ts'
import { NEW_BANS_MAX, SharedStore } from './shared-store.ts'

const address = (n: number) => countedAddress(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`)

test('bans are bounded while the line is down, and reported in parts when it is up', async () => {
  const time = new VirtualTime()
  const told: ToldCounts[] = []
  let isReady = false
  const line: CountLine = {
    get isReady() {
      return isReady
    },
    start: () => undefined,
    close: () => undefined,
    tell: async (counts) => {
      told.push(counts)
      return { mark: 'a', totals: [], banned: [], claimed: [] }
    },
  }
  const store = new SharedStore({ line, clock: time, timers: time })
  const banned = NEW_BANS_MAX + 2
  for (let n = 0; n < banned; n++) {
    while (store.bans.until(address(n), time.now()) === 0) store.bans.offence(address(n), time.now())
  }
  isReady = true
  for (let exchanges = -1; told.length > exchanges;) {
    exchanges = told.length
    time.advanceNow(1_000)
    // The answer to an exchange arms the next.
    await new Promise((resolve) => setImmediate(resolve))
  }
  const names = told.flatMap(({ bans }) => bans.map(({ name }) => name))
  expect(names).toHaveLength(NEW_BANS_MAX)
  expect([names[0], names.at(-1)]).toEqual([`ban:${address(2)}`, `ban:${address(banned - 1)}`])
  expect(Math.max(...told.map(({ bans }) => bans.length))).toBeLessThan(1_000)
  store.close()
})

test('switched off, a gateway counts for itself; switched on again, it tells what it has counted', async () => {
  const time = new VirtualTime()
  const told: ToldCounts[] = []
  const line: CountLine = {
    isReady: true,
    start: () => undefined,
    close: () => undefined,
    tell: async (counts) => {
      told.push(counts)
      return { mark: 'a', totals: [], banned: [], claimed: [] }
    },
  }
  let isOn = false
  const store = new SharedStore({ line, clock: time, timers: time, isOn: () => isOn })
  const counter = store.counter<CountedAddress>('weight', 'address', 60_000_000)
  counter.add(address(1), 3, time.now())
  time.advanceNow(10_000)
  expect([told, store.isUp, counter.get(address(1), time.now())]).toEqual([[], false, 3])
  isOn = true
  time.advanceNow(1_000)
  expect(told.flatMap(({ counts }) => counts.map(({ own }) => own))).toEqual([3])
  expect(store.isUp).toBe(true)
  store.close()
})
