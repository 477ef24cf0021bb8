import {
  Command,
  CommandKind,
  eachEvent,
  EventKind,
  Exchange,
  isCompact,
  OUTCOME_HEADER_WORDS,
  OrderType,
  OutcomeAt,
  setTrade,
  Side,
  SUPPORTED_BEHAVIOURS,
  wordAt,
} from '@uptick/core'
import { listing } from '@uptick/core/testing'
import { expect, test } from 'vitest'
import { checkOutcomes } from './outcome-check.ts'
import { MalformedError, UnknownVersionError } from './protocol-error.ts'

/** The outcome of an order that takes two others, in a new shard. */
function twoTrades(): Int32Array {
  const exchange = new Exchange()
  const execute = (fields: Partial<Command>): void => {
    exchange.output.clear()
    exchange.execute(Object.assign(new Command(), fields), exchange.sequence + 1, 1_000)
  }
  for (const value of SUPPORTED_BEHAVIOURS) execute({ kind: CommandKind.ACTIVATE_BEHAVIOUR, value })
  for (const code of ['BTC', 'USD']) execute({ kind: CommandKind.ADD_ASSET, text: `{"code":"${code}","decimals":0}` })
  execute({ kind: CommandKind.ADD_SYMBOL, text: JSON.stringify(listing('BTCUSD', 'BTC', 'USD')) })
  for (const account of [1, 2]) {
    execute({ kind: CommandKind.ADD_ACCOUNT, text: `account ${account}` })
    for (const asset of [0, 1]) execute({ kind: CommandKind.DEPOSIT, account, asset, amount: 1_000n })
  }
  const order = { kind: CommandKind.PLACE, type: OrderType.LIMIT, price: 9 }
  for (let i = 0; i < 2; i++) execute({ ...order, account: 1, side: Side.SELL, quantity: 1 })
  execute({ ...order, account: 2, side: Side.BUY, quantity: 2 })
  return exchange.output.words.slice(0, exchange.output.length)
}

/** Where its compact fills begin. */
function compactFills(words: Int32Array): number[] {
  const fills: number[] = []
  eachEvent(words, 0, (kind, at) => {
    if (kind === EventKind.EXECUTION && isCompact(words, at)) fills.push(at)
  })
  return fills
}

test('outcomes with and without compact fills are read, a later layout is not', () => {
  const words = twoTrades()
  expect(checkOutcomes(words, 0, words.length)).toBe(1)
  const later = words.slice()
  later[OutcomeAt.VERSION] = 3
  expect(() => checkOutcomes(later, 0, later.length)).toThrow(new UnknownVersionError('outcome', 3, [1, 2]))
})

test('a fill that points anywhere but to the trade before it is no fill', () => {
  const whole = twoTrades()
  const fills = compactFills(whole)
  expect(fills).toHaveLength(4)
  for (const at of fills) {
    const back = (wordAt(whole, at + 1) >>> 8) & 0xff
    for (let other = 0; other < 256; other++) {
      const words = whole.slice()
      setTrade(words, at, other)
      const check = (): number => checkOutcomes(words, 0, words.length)
      if (other === back) expect(check()).toBe(1)
      else expect(check).toThrow('a fill without its trade')
    }
  }
})

test('a catalogue event at the end that is too short for the length of its text is refused', () => {
  const words = new Int32Array(OUTCOME_HEADER_WORDS + 2)
  words.set(twoTrades().subarray(0, OUTCOME_HEADER_WORDS))
  words[OutcomeAt.WORDS] = words.length
  words[OUTCOME_HEADER_WORDS] = EventKind.CATALOGUE | (2 << 8)
  expect(() => checkOutcomes(words, 0, words.length)).toThrow(MalformedError)
})
