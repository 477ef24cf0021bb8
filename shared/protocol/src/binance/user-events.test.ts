import { EventKind, ExecutionType, ExpiryReason, OrderStatus } from '@uptick/core'
import { expect, test } from 'vitest'
import {
  sampleCatalogue,
  sampleExecution,
  sampleOrder,
  sampleOutcome,
  SAMPLE_TIME,
} from '../../testing/sample-listing.ts'
import { CatalogueFormat } from './symbol-format.ts'
import { executionReport, userEvents } from './user-events.ts'

const formats = new CatalogueFormat(sampleCatalogue)
const MS = 1_704_067_200_123

const fresh = {
  e: 'executionReport',
  E: MS,
  s: 'BTCUSDT',
  c: 'mine-1',
  S: 'BUY',
  o: 'LIMIT',
  f: 'GTC',
  q: '0.50000000',
  p: '42000.00000000',
  P: '0.00000000',
  F: '0.00000000',
  g: -1,
  C: '',
  x: 'NEW',
  X: 'NEW',
  r: 'NONE',
  i: 12,
  l: '0.00000000',
  z: '0.00000000',
  L: '0.00000000',
  n: '0',
  N: null,
  T: MS,
  t: -1,
  I: 31,
  w: true,
  m: false,
  M: false,
  O: MS,
  Z: '0.00000000',
  Y: '0.00000000',
  Q: '0.00000000',
  W: MS,
  V: 'NONE',
}

test('a new order, every field in its order', () => {
  const report = executionReport(sampleExecution(), SAMPLE_TIME, formats, 'MILLISECOND')
  expect(report).toEqual(fresh)
  expect(Object.keys(report)).toEqual(Object.keys(fresh))
})

test('a fill', () => {
  const event = sampleExecution({
    execution: ExecutionType.TRADE,
    order: sampleOrder({ status: OrderStatus.FILLED, executed: 50_000, cumulativeQuote: 2_100_000_000_000n }),
    lastPrice: 4_200_000,
    lastQuantity: 50_000,
    lastQuote: 2_100_000_000_000n,
    fee: 50_000n,
    tradeId: 88,
    maker: true,
  })
  expect(executionReport(event, SAMPLE_TIME, formats, 'MILLISECOND')).toEqual({
    ...fresh,
    x: 'TRADE',
    X: 'FILLED',
    l: '0.50000000',
    z: '0.50000000',
    L: '42000.00000000',
    n: '0.00050000',
    N: 'BTC',
    t: 88,
    w: false,
    m: true,
    Z: '21000.00000000',
    Y: '21000.00000000',
  })
})

test('a cancel swaps the ids, an amend keeps the former one in C', () => {
  const cancelled = sampleExecution({
    execution: ExecutionType.CANCELED,
    order: sampleOrder({ status: OrderStatus.CANCELED }),
    cancelId: 'cancel-1',
  })
  expect(executionReport(cancelled, SAMPLE_TIME, formats, 'MILLISECOND')).toMatchObject({
    c: 'cancel-1',
    C: 'mine-1',
    x: 'CANCELED',
    X: 'CANCELED',
    w: false,
  })
  const amended = sampleExecution({
    execution: ExecutionType.REPLACED,
    order: sampleOrder({ clientId: 'mine-2' }),
    cancelId: 'mine-1',
  })
  expect(executionReport(amended, SAMPLE_TIME, formats, 'MILLISECOND')).toMatchObject({
    c: 'mine-2',
    C: 'mine-1',
    x: 'REPLACED',
    X: 'NEW',
  })
})

test('conditional fields: strategy, prevented match, reason of expiry, no working time', () => {
  const prevented = sampleExecution({
    execution: ExecutionType.TRADE_PREVENTION,
    expiryReason: ExpiryReason.EXCHANGE_CANCELED,
    order: sampleOrder({ strategyId: 5, strategyType: 1_000_001, prevented: 20_000, workingTime: 0 }),
    lastPrice: 4_200_000,
    lastQuantity: 10_000,
    tradeId: 3,
    counterOrder: 11,
  })
  const report = executionReport(prevented, SAMPLE_TIME, formats, 'MICROSECOND')
  expect(report).toMatchObject({
    E: SAMPLE_TIME,
    l: '0.00000000',
    t: -1,
    j: 5,
    J: 1_000_001,
    v: 3,
    A: '0.20000000',
    B: '0.10000000',
    U: 11,
    Cs: 'BTCUSDT',
    pl: '0.10000000',
    pL: '42000.00000000',
    pY: '4200.00000000',
    eR: 'EXCHANGE_CANCELED',
  })
  expect(report).not.toHaveProperty('W')
})

test('an account gets its own reports, then one position; a repeated outcome tells nothing', () => {
  const other = sampleExecution({ order: sampleOrder({ account: 9, orderId: 4 }) })
  const events = [
    sampleExecution(),
    other,
    { kind: EventKind.FUNDS, account: 7, asset: 1, delta: -150_000_000n },
    { kind: EventKind.BALANCE, account: 7, asset: 1, free: 1n, locked: 2_100_000_000_000n },
    { kind: EventKind.BALANCE, account: 9, asset: 0, free: 0n, locked: 0n },
    { kind: EventKind.BALANCE, account: 7, asset: 0, free: 5n, locked: 0n },
  ] as const
  const told = userEvents(sampleOutcome(events), (account) => account === 7, formats, 'MILLISECOND')
  expect([...told.keys()]).toEqual([7])
  expect(told.get(7)).toEqual([
    fresh,
    { e: 'balanceUpdate', E: MS, a: 'USDT', d: '-1.50000000', T: MS },
    {
      e: 'outboundAccountPosition',
      E: MS,
      u: MS,
      B: [
        { a: 'USDT', f: '0.00000001', l: '21000.00000000' },
        { a: 'BTC', f: '0.00000005', l: '0.00000000' },
      ],
    },
  ])
  expect(userEvents(sampleOutcome(events, { repeated: true }), () => true, formats, 'MILLISECOND').size).toBe(0)
})
