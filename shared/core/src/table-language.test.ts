import { expect, test } from 'vitest'
import { difference } from '../testing/compare.ts'
import { describeCommand } from '../testing/describe.ts'
import { NaiveExchange } from '../testing/naive-exchange.ts'
import { Names, parseCommand } from '../testing/parse.ts'
import { CommandStream } from '../testing/stream.ts'
import { profiles } from '../testing/stream-profiles.ts'

test('every random command has the same effect when written as a line and read again', () => {
  for (const [index, profile] of (Object.keys(profiles) as (keyof typeof profiles)[]).entries()) {
    const oracle = new NaiveExchange()
    const reader = new NaiveExchange()
    const stream = new CommandStream(index, oracle, profile)
    for (let sequence = 1; sequence <= 500; sequence++) {
      const { command, time } = stream.next()
      const line = describeCommand(command)
      const read = parseCommand(line, new Names())
      expect(describeCommand(read)).toBe(line)
      const found = difference(reader.execute(read, sequence, time), oracle.execute(command, sequence, time))
      expect(found, line).toBeUndefined()
    }
  }
})

test('definitions can be written in words', () => {
  const names = new Names()
  expect(parseCommand('asset BTC 8', names).text).toBe('{"code":"BTC","decimals":8}')
  expect(parseCommand('account alice', names).text).toBe('alice')
  expect(parseCommand('deposit alice BTC 100', names)).toMatchObject({ account: 1, asset: 0, amount: 100n })
})

test('an unknown word is refused by name', () => {
  expect(() => parseCommand('plaice 1 0', new Names())).toThrow('unknown verb plaice')
  expect(() => parseCommand('cancel 1 0 colour=red', new Names())).toThrow('unknown key colour')
  expect(() => parseCommand('tick now', new Names())).toThrow('unexpected word now')
  expect(() => parseCommand('place 1 0 purchase limit 1 @1', new Names())).toThrow('purchase is no side')
})
