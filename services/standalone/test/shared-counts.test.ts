import { EventEmitter } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { LIMITS_DEFAULT, ParentCounts, RateLimits, SharedStore } from '@uptick/gateway'
import { limitsSuite, outcome } from '@uptick/gateway/testing'
import { systemTimers, type Clock } from '@uptick/runtime'
import { CountDesk, COUNT_NAMES_MAX, isCountMessage } from '../src/counts/count-desk.ts'

/** 2023-11-14T22:13:20Z, for ever: no window ends in between. */
const clock = { now: () => 1_700_000_000_000_000, elapsed: () => 0 }
const stores: SharedStore[] = []
afterEach(() => {
  for (const store of stores.splice(0)) store.close()
})

/** The end of a channel that a gateway has; what goes through it is copied, as between processes. */
class Channel extends EventEmitter {
  readonly #desk: CountDesk

  constructor(desk: CountDesk) {
    super()
    this.#desk = desk
  }

  send(message: object): boolean {
    const copy: unknown = structuredClone(message)
    if (isCountMessage(copy)) setImmediate(() => this.emit('message', structuredClone(this.#desk.heard(copy))))
    return true
  }
}

function open(desk: CountDesk, time: Clock = clock): SharedStore {
  const line = new ParentCounts(new Channel(desk), systemTimers)
  const store = new SharedStore({ line, clock: time, timers: systemTimers, syncMs: 1 })
  store.start()
  stores.push(store)
  return store
}

const limitsOver = (store: SharedStore): RateLimits =>
  new RateLimits({ ...LIMITS_DEFAULT, requestWeightPerMinute: 100 }, clock, store)

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

describe('limits counted together in the supervisor', () => {
  limitsSuite((time) => open(new CountDesk(), time))
})

test('the reported weight is that of all gateways', async () => {
  const desk = new CountDesk()
  const [a, b] = [limitsOver(open(desk)), limitsOver(open(desk))]
  a.request('x', 60)
  b.request('x', 1)
  await until(() => b.usedWeight('x') === 61)
  expect(outcome(() => b.request('x', 40))).toBe('429 -1003 after 40')
})

test('what a gateway counted before it was replaced still counts', async () => {
  const desk = new CountDesk()
  const old = open(desk)
  limitsOver(old).request('x', 60)
  await until(() => old.pending === 0 && old.counters.exchanges > 0)
  old.close()
  const next = limitsOver(open(desk))
  next.request('x', 1)
  await until(() => next.usedWeight('x') !== 1)
  expect(next.usedWeight('x')).toBe(61)
})

test('an address that one gateway bans is banned by the other', async () => {
  const desk = new CountDesk()
  const [a, b] = [limitsOver(open(desk)), limitsOver(open(desk))]
  for (let i = 0; i < 30; i++) outcome(() => a.request('x', 100))
  await until(() => outcome(() => b.request('x', 0)).startsWith('418'))
  expect(outcome(() => b.request('x', 0))).toBe('418 -1003 after 120')
})

test('a supervisor that does not answer: each counts alone', async () => {
  const line = new ParentCounts(Object.assign(new EventEmitter(), { send: () => true }), systemTimers)
  const store = new SharedStore({ line, clock, timers: systemTimers, syncMs: 1 })
  stores.push(store)
  store.start()
  const limits = limitsOver(store)
  limits.request('x', 60)
  await until(() => store.counters.failures > 0)
  expect(outcome(() => limits.request('x', 41))).toBe('429 -1003 after 40')
})

test('counts are forgotten when their window is over, and there is a bound to them', () => {
  let now = 0
  const desk = new CountDesk(() => now)
  const tell = (name: string): number[] => {
    const counts = [{ name, own: 1, msLeft: 10_000 }]
    return [...desk.heard({ uptick: 'count', id: 1, life: 'a', counts, bans: [], asked: [] }).totals]
  }
  for (let number = 0; number < COUNT_NAMES_MAX + 10; number++) tell(`name ${number}`)
  expect(desk.size).toBe(COUNT_NAMES_MAX)
  now = 20_000
  tell('last')
  expect(desk.size).toBe(1)
})
