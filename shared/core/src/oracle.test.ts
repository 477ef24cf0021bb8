import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SUPPORTED_BEHAVIOURS } from './behaviours.ts'
import { type Command, CommandKind } from './command.ts'
import { OrderType, SelfTradePrevention, Side, TimeInForce } from './enums.ts'
import { difference } from '../testing/compare.ts'
import { describeCommand } from '../testing/describe.ts'
import { listing, noFilters } from '../testing/listing.ts'
import { fails, Lockstep, runSeed } from '../testing/lockstep.ts'
import { commandOf, copyCommand, EPOCH, type Timed } from '../testing/stream.ts'
import { profiles } from '../testing/stream-profiles.ts'

/** A market in which two accounts trade at five prices. */
const opening = [
  commandOf(CommandKind.ADD_ASSET, { text: '{"code":"BTC","decimals":0}' }),
  commandOf(CommandKind.ADD_ASSET, { text: '{"code":"USD","decimals":0}' }),
  commandOf(CommandKind.ADD_SYMBOL, {
    text: JSON.stringify(listing('BTCUSD', 'BTC', 'USD', { makerFee: 100_000, takerFee: 250_000 })),
  }),
  ...[1, 2].flatMap((account) => [
    commandOf(CommandKind.ADD_ACCOUNT, { text: `account ${account}` }),
    ...[0, 1].map((asset) => commandOf(CommandKind.DEPOSIT, { account, asset, amount: asset === 0 ? 40n : 400n })),
  ]),
]

const price = fc.integer({ min: 8, max: 12 })
const quantity = fc.integer({ min: 1, max: 9 })
const order = fc.record({
  account: fc.constantFrom(1, 2),
  side: fc.constantFrom(...Object.values(Side)),
  type: fc.constantFrom(...Object.values(OrderType)),
  timeInForce: fc.constantFrom(...Object.values(TimeInForce)),
  selfTradePrevention: fc.constantFrom(...Object.values(SelfTradePrevention)),
  price,
  quantity,
  stopPrice: price,
})

/** An order whose parameters fit its type. */
const placement = order.map((fields) => {
  const isMarket = [OrderType.MARKET, OrderType.STOP_LOSS, OrderType.TAKE_PROFIT].some((type) => type === fields.type)
  const isPlain = isMarket || fields.type === OrderType.LIMIT_MAKER
  return commandOf(CommandKind.PLACE, {
    ...fields,
    price: isMarket ? 0 : fields.price,
    timeInForce: isPlain ? TimeInForce.GTC : fields.timeInForce,
    stopPrice: fields.type >= OrderType.STOP_LOSS ? fields.stopPrice : 0,
  })
})

const target = fc.record({ account: fc.constantFrom(1, 2), targetOrder: fc.integer({ min: 1, max: 12 }) })
const change = fc.oneof(
  target.map((fields) => commandOf(CommandKind.CANCEL, fields)),
  fc
    .tuple(target, quantity, price)
    .map(([fields, quantityNow, priceNow]) =>
      commandOf(CommandKind.AMEND, { ...fields, quantity: quantityNow, price: priceNow }),
    ),
)

test('production does what the oracle does (fast-check finds the shortest list that shows a difference)', () => {
  const commands = fc.array(fc.oneof({ weight: 5, arbitrary: placement }, { weight: 1, arbitrary: change }), {
    maxLength: 40,
  })
  fc.assert(
    fc.property(commands, (drawn) => {
      const run: Timed[] = [...opening, ...drawn].map((command, i) => ({ command, time: EPOCH + i }))
      const wrong = fails(run)
      if (wrong) throw new Error(`${drawn.map(describeCommand).join('\n')}\n${wrong}`)
    }),
    { numRuns: 300, seed: 7 },
  )
})

/** An order whose quote quantity buys a few of them, with lots and bounds that change. */
const quoteOrder = order.map((fields) => {
  const quoteQuantity = fields.quantity * fields.price * 3 + fields.stopPrice
  const none = { price: 0, stopPrice: 0, quantity: 0, timeInForce: TimeInForce.GTC }
  return commandOf(CommandKind.PLACE, { ...fields, ...none, type: OrderType.MARKET, quoteQuantity })
})
const resting = order.map((fields) =>
  commandOf(CommandKind.PLACE, { ...fields, type: OrderType.LIMIT, timeInForce: TimeInForce.GTC, stopPrice: 0 }),
)
const lots = fc
  .record({ stepSize: fc.constantFrom(0, 1, 2), marketStepSize: fc.integer({ min: 0, max: 5 }), maxQuantity: quantity })
  .map((some) => ({ ...noFilters, ...some, minQuantity: some.maxQuantity >> 2, maxQuantity: some.maxQuantity * 4 }))
  .map((filters) => commandOf(CommandKind.SET_FILTERS, { text: JSON.stringify(filters) }))

test('a quote quantity keeps to lots and bounds, and leaves no lot that it could pay, whatever prevention does', () => {
  const newShard = SUPPORTED_BEHAVIOURS.map((value) => commandOf(CommandKind.ACTIVATE_BEHAVIOUR, { value }))
  const rich = [1, 2].flatMap((account) =>
    [0, 1].map((asset) => commandOf(CommandKind.DEPOSIT, { account, asset, amount: 10_000n })),
  )
  const commands = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: resting },
      { weight: 4, arbitrary: quoteOrder },
      { weight: 1, arbitrary: lots },
      { weight: 1, arbitrary: change },
    ),
    { minLength: 10, maxLength: 40 },
  )
  let judged = 0
  fc.assert(
    fc.property(commands, fc.constantFrom(1, 1000), (drawn, stepWorkMax) => {
      const run = new Lockstep({ verifyEvery: 5, stateEvery: 5 }, { stepWorkMax })
      const all = [...newShard, ...opening, ...rich, ...drawn.flatMap((one) => [one, ...goesOn(stepWorkMax)])]
      for (const [i, command] of all.entries()) run.execute(copyCommand(command), EPOCH + i)
      judged += run.quoteRule.judged
    }),
    { numRuns: 400, seed: 7 },
  )
  expect(judged).toBeGreaterThan(400)
})

/** Enough of them for an order that meets one maker in a command. */
function goesOn(stepWorkMax: number): Command[] {
  return stepWorkMax > 1 ? [] : Array.from({ length: 6 }, () => commandOf(CommandKind.CONTINUE))
}

test.each(Object.keys(profiles) as (keyof typeof profiles)[])('production does what the oracle does: %s', (profile) => {
  const done = runSeed(1, 400, { profile })
  expect(done).toHaveLength(400)
})

test.each(Object.keys(profiles) as (keyof typeof profiles)[])(
  'production does what the oracle does when a command does hardly any work: %s',
  (profile) => {
    const thoroughness = { verifyEvery: 1, stateEvery: 3, restartEvery: 13 }
    expect(runSeed(2, 400, { profile, thoroughness, exchange: { stepWorkMax: 2 } })).toHaveLength(400)
  },
)

test.each([1, 2, 3, 4])('production does what the oracle does when the memory of retries is full: seed %i', (seed) => {
  const thoroughness = { verifyEvery: 50, stateEvery: 50, restartEvery: 37 }
  const done = runSeed(seed, 1200, { profile: 'forgetful', thoroughness, exchange: { retriesMax: 3 + 5 * seed } })
  expect(done.some(({ command }) => command.firstSent > 0)).toBe(true)
})

test('a difference is found, and its place is named', () => {
  expect(difference({ a: [1, { b: 2n }] }, { a: [1, { b: 2n }] })).toBeUndefined()
  expect(difference({ a: [1, { b: 2n }] }, { a: [1, { b: 3n }] })).toBe('.a.1.b: "2n", oracle "3n"')
  expect(difference({ a: [1] }, { a: [1, 2] })).toBe('.a.1: absent, oracle 2')
  expect(difference({ a: 1, b: 2 }, { a: 1 })).toBe('.b: 2, oracle absent')
})
