import {
  Behaviour,
  type Command,
  CommandKind,
  EventKind,
  type ExecutionEvent,
  ExecutionType,
  OrderStatus,
  OrderType,
  Reject,
  Side,
} from '@uptick/core'
import { readReply } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { FakeEngine } from '../../testing/fake-engine.ts'
import { connected, settled, watch } from '../../testing/linked-engine.ts'
import type { EngineLink } from './link.ts'
import type { OutcomeView } from './outcome-view.ts'

const MAKER = 1
const TAKER = 2

/** An engine whose commands do three units of work, with seven asks of one unit at 100, 101 … */
function busyEngine(...behaviours: readonly number[]): FakeEngine {
  const engine = new FakeEngine(3)
  const listing = (name: string, base: string): string =>
    JSON.stringify({
      name,
      base,
      quote: 'USD',
      priceDecimals: 0,
      quantityDecimals: 0,
      makerFee: 0,
      takerFee: 0,
      orderTypes: Object.keys(OrderType),
      selfTradePreventionModes: ['NONE'],
      defaultSelfTradePrevention: 'NONE',
      status: 'TRADING',
      filters: NO_FILTERS,
    })
  for (const value of [Behaviour.BOUNDED_STEPS, ...behaviours]) {
    engine.run({ kind: CommandKind.ACTIVATE_BEHAVIOUR, value })
  }
  for (const code of ['BTC', 'USD']) {
    engine.run({ kind: CommandKind.ADD_ASSET, text: JSON.stringify({ code, decimals: 0 }) })
  }
  engine.run({ kind: CommandKind.ADD_SYMBOL, text: listing('BTCUSD', 'BTC') })
  for (const account of [MAKER, TAKER]) {
    engine.run({ kind: CommandKind.ADD_ACCOUNT, text: `account ${account}` })
    for (const asset of [0, 1]) engine.run({ kind: CommandKind.DEPOSIT, account, asset, amount: 100_000n })
  }
  for (let i = 0; i < 7; i++) engine.run({ ...order(MAKER, Side.SELL, 1), price: 100 + i })
  return engine
}

const NO_FILTERS = {
  minPrice: 0,
  maxPrice: 0,
  tickSize: 0,
  minQuantity: 0,
  maxQuantity: 0,
  stepSize: 0,
  marketMinQuantity: 0,
  marketMaxQuantity: 0,
  marketStepSize: 0,
  minNotional: '0',
  maxNotional: '0',
  applyMinToMarket: false,
  applyMaxToMarket: false,
  bidMultiplierUp: 0,
  bidMultiplierDown: 0,
  askMultiplierUp: 0,
  askMultiplierDown: 0,
  averagePriceMinutes: 0,
  maxOrders: 0,
  maxAlgoOrders: 0,
  maxPosition: 0,
}

function order(account: number, side: Side, quantity: number): Partial<Command> {
  return { kind: CommandKind.PLACE, account, symbol: 0, side, type: OrderType.LIMIT, quantity, price: 200 }
}

const buy =
  (quantity: number) =>
  (command: Command): void => {
    Object.assign(command, order(TAKER, Side.BUY, quantity))
  }
const cancelAll = (command: Command): void => {
  Object.assign(command, { kind: CommandKind.CANCEL_ALL, account: MAKER })
}
const continued = { kind: CommandKind.CONTINUE }

function executions({ words, offset }: OutcomeView): ExecutionEvent[] {
  return readReply(words, offset).events.filter((event): event is ExecutionEvent => event.kind === EventKind.EXECUTION)
}

/** Submit and send. */
function sent(link: EngineLink, time: { turnNow(): void }, build: (command: Command) => void): Promise<OutcomeView> {
  const outcome = link.submit(build)
  time.turnNow()
  return outcome
}

test.each([
  ['older fills', []],
  ['compact fills', [Behaviour.COMPACT_FILLS]],
])('the reply to an order that goes on in later commands has all its fills: %s', async (_fills, behaviours) => {
  const engine = busyEngine(...behaviours)
  const { time, link } = connected({}, engine)
  await settled()
  const reply = sent(link, time, buy(7))
  const seen = watch(reply)
  await settled()
  expect(seen.state).toBe('pending')
  engine.run(continued)
  engine.run({ kind: CommandKind.DEPOSIT, account: MAKER, asset: 0, amount: 1n })
  await settled()
  expect(seen.state).toBe('pending')
  engine.run(continued)
  const fills = executions(await reply)
  expect(fills.map(({ execution }) => execution)).toEqual([
    ExecutionType.NEW,
    ...Array.from({ length: 7 }, () => ExecutionType.TRADE),
  ])
  expect(fills.slice(1).map(({ lastPrice }) => lastPrice)).toEqual([100, 101, 102, 103, 104, 105, 106])
  const { orderId } = fills[0]!.order
  expect(fills.map(({ order: image }) => image)).toEqual(
    fills.map((_, i) => expect.objectContaining({ orderId, account: TAKER, price: 200, quantity: 7, executed: i })),
  )
  expect(fills.at(-1)!.order.status).toBe(OrderStatus.FILLED)
})

test('the reply to an order that comes to rest is complete, although the feed brings nothing about the rest', async () => {
  const engine = busyEngine()
  const { time, link } = connected({}, engine)
  const reply = sent(link, time, buy(9))
  engine.run(continued)
  engine.run(continued)
  expect(executions(await reply).at(-1)!.order).toMatchObject({ status: OrderStatus.PARTIALLY_FILLED, executed: 7 })
})

test('cancels that continue in later outcomes are one reply', async () => {
  const engine = busyEngine()
  const { time, link } = connected({}, engine)
  const reply = sent(link, time, cancelAll)
  const seen = watch(reply)
  engine.run(continued)
  await settled()
  expect(seen.state).toBe('pending')
  engine.run(continued)
  expect(executions(await reply).map(({ execution }) => execution)).toEqual(
    Array.from({ length: 7 }, () => ExecutionType.CANCELED),
  )
})

test('a command for a busy market is held, and sent again in its order when the market is free', async () => {
  const engine = busyEngine()
  const { time, link } = connected({}, engine)
  const first = link.submit(buy(7))
  const refused = [link.submit(buy(1)), link.submit(buy(2))]
  time.turnNow()
  // Known to be busy by now: these are not even sent.
  const kept = [link.submit(buy(3)), link.submit(buy(4))]
  time.turnNow()
  await settled()
  const sentBefore = engine.arrived.length
  engine.run(continued)
  time.turnNow()
  expect(engine.arrived).toHaveLength(sentBefore)
  expect(link.state).toMatchObject({ queued: 4, unanswered: 0 })
  engine.run(continued)
  time.turnNow()
  await first
  const orders = await Promise.all([...refused, ...kept])
  expect(orders.map((reply) => executions(reply)[0]!.order.quantity)).toEqual([1, 2, 3, 4])
  const ids = orders.map((reply) => executions(reply)[0]!.order.orderId)
  expect(ids).toEqual(ids.toSorted((a, b) => a - b))
})

test('unfinished work of another gateway holds a command too', async () => {
  const engine = busyEngine()
  engine.run(order(TAKER, Side.BUY, 7))
  const { time, link } = connected({}, engine)
  const seen = watch(sent(link, time, cancelAll))
  await settled()
  expect(seen.state).toBe('pending')
  engine.run(continued)
  engine.run(continued)
  time.turnNow()
  await settled()
  expect(seen.state).toBe('done')
})

test('a market that stays busy past the hold: -1008, nothing was executed', async () => {
  const engine = busyEngine()
  const { time, link } = connected({}, engine)
  engine.run(order(TAKER, Side.BUY, 7))
  const seen = watch(sent(link, time, buy(1)))
  time.advanceNow(3_900)
  await settled()
  expect(seen.state).toBe('pending')
  time.advanceNow(200)
  await settled()
  expect(seen.state).toBe('-1008/503')
  engine.run(continued)
  engine.run(continued)
  time.turnNow()
  expect(engine.exchange.openOrders(TAKER)).toEqual([])
})

test('a change of leader between two steps loses nothing of the reply', async () => {
  const engine = busyEngine()
  const { time, link } = connected({}, engine)
  const reply = sent(link, time, buy(7))
  engine.run(continued)
  engine.cut()
  engine.run(continued)
  time.advanceNow(50)
  engine.open()
  time.turnNow()
  expect(executions(await reply)).toHaveLength(8)
})

test('an order whose outcome a feed with a gap has passed by is unknown: -1007', async () => {
  const engine = busyEngine()
  const { time, link } = connected({}, engine)
  const seen = watch(sent(link, time, buy(7)))
  await settled()
  engine.cut()
  engine.run(continued)
  engine.run(continued)
  engine.forget()
  time.advanceNow(50)
  engine.open()
  time.turnNow()
  await settled()
  expect(seen.state).toBe('-1007/504')
})

test('the core refuses what it cannot take: the reply of the link is never MARKET_BUSY', async () => {
  const engine = busyEngine()
  const { time, link } = connected({}, engine)
  engine.run(order(TAKER, Side.BUY, 7))
  const halt = sent(link, time, (command) => {
    Object.assign(command, { kind: CommandKind.SET_SYMBOL_STATUS, symbol: 0, value: 2 })
  })
  const cancel = sent(link, time, (command) => {
    Object.assign(command, { kind: CommandKind.CANCEL_ACCOUNT, account: MAKER })
  })
  engine.run(continued)
  engine.run(continued)
  time.turnNow()
  const rejects = await Promise.all(
    [halt, cancel].map(async (reply) => readReply((await reply).words, (await reply).offset).reject),
  )
  expect(rejects).toEqual([Reject.NONE, Reject.NOTHING_OPEN])
})
