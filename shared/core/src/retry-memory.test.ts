import { expect, test } from 'vitest'
import { Command, CommandKind } from './command.ts'
import { OrderType, SelfTradePrevention, Side, TimeInForce } from './enums.ts'
import { Exchange } from './exchange.ts'
import { Reject } from './reject.ts'
import { RetryMemory } from './retry-memory.ts'

const MINUTE = 60_000_000
const NOW = 100 * MINUTE

const order = {
  kind: CommandKind.PLACE,
  account: 1,
  symbol: 1,
  side: Side.BUY,
  type: OrderType.LIMIT,
  timeInForce: TimeInForce.GTC,
  selfTradePrevention: SelfTradePrevention.NONE,
  price: 10,
  quantity: 5,
  quoteQuantity: 0,
  stopPrice: 0,
  strategyId: 3,
  strategyType: 1_000_000,
  firstSent: NOW,
} as const

function commandOf(changes: Partial<Command> = {}, clientId = 'mine'): Command {
  const command = new Command()
  Object.assign(command, order, changes)
  command.clientId.set(clientId)
  return command
}

/** A memory that holds the answered order. */
function answered(): RetryMemory {
  const [memory, exchange] = [new RetryMemory(), new Exchange()]
  const asset = new Command()
  Object.assign(asset, { kind: CommandKind.ADD_ASSET, text: '{"code":"BTC","decimals":0}' })
  exchange.execute(asset, 1, NOW)
  expect([memory.recall(commandOf(), NOW, true), memory.found]).toEqual([Reject.NONE, -1])
  memory.remember(commandOf(), exchange.output, 1, Reject.NONE, NOW)
  return memory
}

test('the same order again is found', () => {
  const memory = answered()
  expect(memory.recall(commandOf(), NOW + MINUTE, true)).toBe(Reject.NONE)
  expect(memory.found).toBeGreaterThanOrEqual(0)
})

/** The fields of an order that a trader chooses, each changed. */
const chosen: readonly (readonly [keyof Command, Partial<Command>])[] = [
  ['symbol', { symbol: 0 }],
  ['side', { side: Side.SELL }],
  ['type', { type: OrderType.LIMIT_MAKER }],
  ['timeInForce', { timeInForce: TimeInForce.IOC }],
  ['selfTradePrevention', { selfTradePrevention: SelfTradePrevention.DECREMENT }],
  ['price', { price: 11 }],
  ['quantity', { quantity: 6 }],
  ['quoteQuantity', { quoteQuantity: 1 }],
  ['stopPrice', { stopPrice: 1 }],
  ['strategyId', { strategyId: 4 }],
  ['strategyType', { strategyType: 1_000_001 }],
  ['firstSent', { firstSent: NOW - 1 }],
]

test.each(chosen)('an order that differs in its %s alone is another order', (_what, changes) => {
  expect(answered().recall(commandOf(changes), NOW, true)).toBe(Reject.RETRY_MISMATCH)
})

test('every field of a command is listed as chosen by the trader or not', () => {
  const envelope = ['kind', 'session', 'number', 'confirmed']
  /** The order is found by these fields. */
  const key = ['account', 'clientId']
  const otherKinds = ['targetOrder', 'targetClientId', 'cancelId', 'restriction', 'replaceMode', 'asset', 'amount']
  const administration = ['value', 'text', 'originalTime', 'executedQuantity']
  const known = [...envelope, ...key, ...otherKinds, ...administration, ...chosen.map(([field]) => field)]
  expect(known.toSorted()).toEqual(Object.keys(new Command()).toSorted())
})

test('the account identifies an order, not the session', () => {
  const memory = answered()
  expect([memory.recall(commandOf({ account: 2 }), NOW, true), memory.found]).toEqual([Reject.NONE, -1])
  expect([memory.recall(commandOf({}, 'other'), NOW, true), memory.found]).toEqual([Reject.NONE, -1])
  expect(memory.recall(commandOf({ session: 9, number: 7, confirmed: 6 }), NOW, true)).toBe(Reject.NONE)
  expect(memory.found).toBeGreaterThanOrEqual(0)
})

test('an order is kept for ten minutes after it was first sent, and no longer', () => {
  const memory = answered()
  expect(memory.recall(commandOf(), NOW + 10 * MINUTE, true)).toBe(Reject.NONE)
  expect(memory.found).toBeGreaterThanOrEqual(0)
  expect(memory.recall(commandOf(), NOW + 10 * MINUTE + 1, true)).toBe(Reject.RETRY_TOO_OLD)
})

test('an order from more than a minute ahead, or more than ten minutes ago, is refused', () => {
  const ask = (firstSent: number): number => new RetryMemory().recall(commandOf({ firstSent }), NOW, true)
  expect([ask(NOW + MINUTE), ask(NOW - 10 * MINUTE)]).toEqual([Reject.NONE, Reject.NONE])
  expect([ask(NOW + MINUTE + 1), ask(NOW - 10 * MINUTE - 1)]).toEqual([Reject.RETRY_TOO_OLD, Reject.RETRY_TOO_OLD])
})
