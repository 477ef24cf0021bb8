import { expect, test } from 'vitest'
import { Behaviour } from './behaviours.ts'
import { type Command, CommandKind } from './command.ts'
import { OrderType, TimeInForce } from './enums.ts'
import { EventKind, type Outcome } from './event.ts'
import { Exchange } from './exchange.ts'
import { readOutcome } from './outcome-reader.ts'
import { Reject, rejectName } from './reject.ts'
import { Driver, listed } from '../testing/driver.ts'
import { listing, noFilters } from '../testing/listing.ts'
import { commandOf, EPOCH } from '../testing/stream.ts'

// Bounds of the memories, and the validation of definitions. Only production has them, not the oracle.

test('a session keeps its last 10,000 replies', () => {
  const driver = listed()
  driver.send(CommandKind.OPEN_SESSION, { session: 7 })
  const deposit = (number: number): Outcome =>
    driver.send(CommandKind.DEPOSIT, { session: 7, number, account: 1, amount: BigInt(number) })
  for (let number = 1; number <= 10_001; number++) deposit(number)
  expect(driver.exchange.sessions()).toEqual([{ session: 7, lastNumber: 10_001, remembered: 10_000 }])
  expect(deposit(1)).toMatchObject({ reject: Reject.REPLY_FORGOTTEN, repeated: false })
  expect(deposit(2)).toMatchObject({ reject: Reject.NONE, repeated: true, originalSequence: 7 })
  expect(deposit(2).events).toEqual([{ kind: EventKind.FUNDS, account: 1, asset: 0, delta: 2n }])
  expect(deposit(10_001)).toMatchObject({ repeated: true })
})

const limit = { type: OrderType.LIMIT, timeInForce: TimeInForce.GTC, price: 1, quantity: 1 }

/** An order for idempotent retry, first sent `id` µs after the epoch. */
function retried(driver: Driver, account: number, id: number): Outcome {
  const placement = commandOf(CommandKind.PLACE, { ...limit, account, firstSent: EPOCH + id })
  placement.clientId.set(`retry-${id}`)
  driver.exchange.output.clear()
  driver.exchange.execute(placement, driver.exchange.sequence + 1, driver.time)
  return readOutcome(driver.exchange.output.words, 0)
}

test('the memory of idempotent retry holds 100,000 orders for ten minutes', () => {
  const driver = listed()
  const place = (id: number): Outcome => retried(driver, 1, id)
  for (let id = 1; id <= 100_000; id++) place(id)
  expect(rejectName(place(100_001).reject)).toBe('RETRY_MEMORY_FULL')
  expect(place(1)).toMatchObject({ reject: Reject.INSUFFICIENT_BALANCE, repeated: true, originalSequence: 5 })
  expect(driver.exchange.counts().retries).toBe(100_000)

  driver.time = EPOCH + 600_000_000 + 70_000
  expect(rejectName(place(69_999).reject)).toBe('RETRY_TOO_OLD')
  expect(driver.exchange.counts().retries).toBe(30_001)
  for (let id = 70_000; id <= 100_000; id++) {
    const { repeated, originalSequence } = place(id)
    if (!repeated || originalSequence !== 4 + id) expect.fail(`retry ${id}: ${originalSequence}`)
  }
  for (let id = 100_001; id <= 169_999; id++) place(id)
  expect(rejectName(place(170_000).reject)).toBe('RETRY_MEMORY_FULL')
  driver.time = EPOCH + 600_000_000 + 170_000
  expect(rejectName(place(77).reject)).toBe('RETRY_TOO_OLD')
  expect(driver.exchange.counts().retries).toBe(0)
})

test('one account that fills the memory of retries takes nothing from another', () => {
  const driver = listed()
  driver.send(CommandKind.ACTIVATE_BEHAVIOUR, { value: Behaviour.RETRY_SHARES })
  driver.send(CommandKind.ADD_ACCOUNT, { text: 'bob' })
  driver.send(CommandKind.DEPOSIT, { account: 2, asset: 1, amount: 1_000_000_000n })
  expect(retried(driver, 2, 1)).toMatchObject({ reject: Reject.NONE, repeated: false })
  // Alice has no money: each of her orders is refused.
  for (let id = 2; id <= 300_000; id++) {
    const { reject } = retried(driver, 1, id)
    if (reject !== Reject.INSUFFICIENT_BALANCE) expect.fail(`order ${id}: ${rejectName(reject)}`)
  }
  expect(driver.exchange.counts().retries).toBe(100_000)
  expect(retried(driver, 2, 1)).toMatchObject({ reject: Reject.NONE, repeated: true })
  expect(retried(driver, 2, 300_001)).toMatchObject({ reject: Reject.NONE, repeated: false })
  expect(retried(driver, 2, 300_001)).toMatchObject({ reject: Reject.NONE, repeated: true })
  // Alice gets the newest replies back; none of her older orders is executed again.
  expect(retried(driver, 1, 300_000)).toMatchObject({ reject: Reject.INSUFFICIENT_BALANCE, repeated: true })
  expect(retried(driver, 1, 200_003)).toMatchObject({ reject: Reject.INSUFFICIENT_BALANCE, repeated: true })
  expect(rejectName(retried(driver, 1, 200_002).reject)).toBe('RETRY_TOO_OLD')
  expect(rejectName(retried(driver, 1, 2).reject)).toBe('RETRY_TOO_OLD')

  const restored = Exchange.restore(driver.exchange.snapshot())
  expect(restored.stateHash()).toBe(driver.exchange.stateHash())
  const again = Object.assign(new Driver(), { exchange: restored })
  expect(rejectName(retried(again, 1, 200_002).reject)).toBe('RETRY_TOO_OLD')
  expect(retried(again, 1, 200_003)).toMatchObject({ repeated: true })
  expect(retried(again, 2, 1)).toMatchObject({ repeated: true })
})

test.each([
  '',
  'null',
  '[]',
  '"BTC"',
  '{"code":"BTC"}',
  '{"decimals":8}',
  '{"code":"","decimals":8}',
  '{"code":"btc","decimals":8}',
  '{"code":"B C","decimals":8}',
  '{"code":7,"decimals":8}',
  '{"code":"EUR","decimals":19}',
  '{"code":"EUR","decimals":-1}',
  '{"code":"EUR","decimals":1.5}',
  '{"code":"EUR","decimals":"8"}',
  '{"code":"EUR","decimals":8',
])('an asset defined as %s is refused', (text) => {
  expect(listed().reject(CommandKind.ADD_ASSET, { text })).toBe('INVALID_DEFINITION')
})

test('a market is refused unless every field is right', () => {
  const driver = listed()
  const good = listing('OTHER', 'BTC', 'USD', { priceDecimals: 2, quantityDecimals: 4 })
  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    name: ['', 'a b', 7, 'X'.repeat(41)],
    base: ['USD', 7],
    priceDecimals: [3, -1, 0.5, '2'],
    quantityDecimals: [5, -1],
    makerFee: [-1, 1_000_001, 0.1],
    takerFee: ['1', 1_000_001],
    orderTypes: [[], ['ICEBERG'], 'LIMIT', ['toString']],
    selfTradePreventionModes: [[], ['SOME'], ['EXPIRE_MAKER']],
    defaultSelfTradePrevention: ['SOME', 1],
    status: ['OPEN', 1, '__proto__'],
    filters: [null, {}, [], { ...noFilters, minPrice: -1 }, { ...noFilters, minNotional: 5 }],
  }
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) {
      const rejected = driver.define(CommandKind.ADD_SYMBOL, { ...good, [field]: value })
      expect(rejected, `${field} = ${JSON.stringify(value)}`).toBe('INVALID_DEFINITION')
    }
  }
  expect(driver.define(CommandKind.ADD_SYMBOL, { ...good, quote: 'EUR' })).toBe('UNKNOWN_ASSET')
  expect(driver.define(CommandKind.ADD_SYMBOL, good)).toBe('NONE')
  expect(driver.exchange.catalogue().symbols.map(({ name }) => name)).toEqual(['BTCUSD', 'OTHER'])
})

test('filters and fees are refused unless every field is right', () => {
  const driver = listed()
  const wrong = {
    tickSize: [-1, 0.5, '1', 2 ** 53],
    maxNotional: [5, '-5', '4611686018427387905', '1e5', '99999999999999999999'],
    applyMinToMarket: [0, 'true'],
    averagePriceMinutes: [61, -1],
    bidMultiplierUp: [-1, 1_000_000_001],
    maxPosition: [null],
  }
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) {
      const rejected = driver.define(CommandKind.SET_FILTERS, { ...noFilters, [field]: value })
      expect(rejected, `${field} = ${JSON.stringify(value)}`).toBe('INVALID_DEFINITION')
    }
  }
  const fees = { account: 1, symbol: '', maker: 1, taker: 1 }
  for (const value of [{ maker: -1 }, { taker: 1_000_001 }, { symbol: 7 }, { account: '1' }, { maker: 0.5 }]) {
    expect(driver.define(CommandKind.SET_FEES, { ...fees, ...value }), JSON.stringify(value)).toBe('INVALID_DEFINITION')
  }
  expect(driver.define(CommandKind.SET_FEES, fees)).toBe('NONE')
})

test('catalogue events carry the definition as it stands, in canonical ASCII', () => {
  const driver = listed()
  const [event] = driver.send(CommandKind.ADD_ACCOUNT, { text: 'Zoë' }).events
  expect(event).toEqual({
    kind: EventKind.CATALOGUE,
    subject: 'account',
    id: 2,
    definition: '{"account":2,"label":"Zo\\u00eb","status":"ACTIVE"}',
  })
  const [status] = driver.send(CommandKind.SET_SYMBOL_STATUS, { symbol: 0, value: 2 }).events
  expect(status).toMatchObject({ subject: 'symbol', id: 0 })
  const definition: unknown = status && 'definition' in status ? JSON.parse(status.definition) : undefined
  expect(definition).toEqual({ ...listing('BTCUSD', 'BTC', 'USD'), status: 'HALT' })
})

test('order ids carry the shard', () => {
  const exchange = new Exchange({ shard: 12 })
  const text = (definition: object): Partial<Command> => ({ text: JSON.stringify(definition) })
  const commands = [
    commandOf(CommandKind.ADD_ASSET, text({ code: 'BTC', decimals: 0 })),
    commandOf(CommandKind.ADD_ASSET, text({ code: 'USD', decimals: 0 })),
    commandOf(CommandKind.ADD_SYMBOL, text(listing('BTCUSD', 'BTC', 'USD'))),
    commandOf(CommandKind.ADD_ACCOUNT),
    commandOf(CommandKind.DEPOSIT, { account: 1, asset: 1, amount: 10n }),
    commandOf(CommandKind.PLACE, { account: 1, price: 1, quantity: 1 }),
  ]
  for (const [index, command] of commands.entries()) exchange.execute(command, index + 1, EPOCH)
  expect(exchange.openOrders(1).map(({ orderId }) => orderId)).toEqual([12_000_000_000_001])
  expect(() => new Exchange({ shard: 1000 })).toThrow('shard')
})
