import { assert, expect, test } from 'vitest'
import { Exchange } from './index.ts'
import { NaiveExchange } from '../testing/naive-exchange.ts'
import { Random } from '../testing/random.ts'
import { record, replay } from '../testing/recording.ts'
import { profiles } from '../testing/stream-profiles.ts'

const names = Object.keys(profiles) as (keyof typeof profiles)[]

test.each(names)('snapshot and tail give the same state as an uninterrupted run: %s', (profile) => {
  const seed = names.indexOf(profile)
  const commands = record(seed, 900, profile)
  const random = new Random(seed)
  const whole = new Exchange()
  let from = 0
  let restored: Exchange | undefined
  for (const cut of [random.between(1, 300), random.between(301, 600), random.between(601, 899)]) {
    replay(whole, commands.slice(from, cut), from)
    if (restored) replay(restored, commands.slice(from, cut), from)
    restored = Exchange.restore((restored ?? whole).snapshot())
    restored.verify()
    expect(restored.sequence).toBe(whole.sequence)
    expect(restored.time).toBe(whole.time)
    expect(restored.runningHash()).toBe(whole.runningHash())
    expect(restored.stateHash()).toBe(whole.stateHash())
    from = cut
  }
  for (const [index, timed] of commands.slice(from).entries()) {
    const expected = replay(whole, [timed], from + index)
    const actual = replay(restored!, [timed], from + index)
    expect(Buffer.compare(actual, expected), `outcome words of command ${from + index + 1}`).toBe(0)
  }
  expect(restored!.runningHash()).toBe(whole.runningHash())
  expect(restored!.stateHash()).toBe(whole.stateHash())
  expect(restored!.totals()).toEqual(whole.totals())
  expect(restored!.catalogue()).toEqual(whole.catalogue())
  expect(restored!.sessions()).toEqual(whole.sessions())
})

test.each(names)('every word of an outcome is written: %s', (profile) => {
  const commands = record(70 + names.indexOf(profile), 600, profile)
  const [clean, dirty] = [new Exchange(), new Exchange()]
  for (const [index, timed] of commands.entries()) {
    const expected = replay(clean, [timed], index)
    const actual = replay(dirty, [timed], index, 0x5a5a5a5a)
    expect(Buffer.compare(actual, expected), `outcome words of command ${index + 1}`).toBe(0)
  }
  expect(dirty.runningHash()).toBe(clean.runningHash())
})

test('the state hash depends on the state, not on its memory layout', () => {
  // The same orders, but one exchange has had others in between that are gone. Ids and times are alike.
  const commands = record(5, 600, 'rich')
  const whole = new Exchange()
  replay(whole, commands, 0)
  const restored = Exchange.restore(whole.snapshot())
  expect(restored.stateHash()).toBe(whole.stateHash())
  expect(Exchange.restore(restored.snapshot()).stateHash()).toBe(whole.stateHash())
})

test('two replays are equal; one changed command changes both hashes', () => {
  const commands = record(11, 500, 'plain')
  const [first, second, changed] = [new Exchange(), new Exchange(), new Exchange()]
  replay(first, commands, 0)
  replay(second, commands, 0)
  expect(second.runningHash()).toBe(first.runningHash())
  expect(second.stateHash()).toBe(first.stateHash())
  const funded = commands.find(({ command }) => command.amount > 0n)
  assert(funded)
  funded.command.amount += 1n
  replay(changed, commands, 0)
  expect(changed.runningHash()).not.toBe(first.runningHash())
  expect(changed.stateHash()).not.toBe(first.stateHash())
})

test('a snapshot that is damaged, cut short or of another version is refused', () => {
  const exchange = new Exchange()
  replay(exchange, record(3, 400, 'plain'), 0)
  const bytes = exchange.snapshot()
  expect(() => Exchange.restore(bytes.subarray(0, bytes.length - 8))).toThrow(/snapshot/)
  expect(() => Exchange.restore(bytes.subarray(0, 8))).toThrow(/snapshot/)
  expect(() => Exchange.restore(new Uint8Array(0))).toThrow(/snapshot/)
  const random = new Random(1)
  for (let i = 0; i < 200; i++) {
    const damaged = bytes.slice()
    damaged[random.below(damaged.length)]! ^= 1 << random.below(8)
    expect(() => Exchange.restore(damaged), `flip ${i}`).toThrow(/snapshot/)
  }
})

test('sequence and time never go back', () => {
  const [first, second] = record(1, 2, 'plain')
  assert(first && second)
  const exchange = new Exchange()
  exchange.execute(first.command, 1, first.time)
  expect(() => exchange.execute(second.command, 1, second.time)).toThrow('sequence follows')
  expect(() => exchange.execute(second.command, 3, second.time)).toThrow('sequence follows')
  expect(() => exchange.execute(second.command, 2, first.time - 1)).toThrow('time does not go back')
})

test('the oracle conserves money too, so that it may judge', () => {
  const oracle = new NaiveExchange()
  for (const [index, { command, time }] of record(21, 500, 'poor').entries()) oracle.execute(command, index + 1, time)
  const { world } = oracle
  for (const [asset, { deposits, withdrawals, fees }] of world.assets.entries()) {
    const balances = world.accounts.map((account) => account.balances.get(asset) ?? { free: 0n, locked: 0n })
    expect(balances.every(({ free, locked }) => free >= 0n && locked >= 0n)).toBe(true)
    expect(balances.reduce((sum, { free, locked }) => sum + free + locked, fees)).toBe(deposits - withdrawals)
  }
})
