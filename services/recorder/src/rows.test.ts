import {
  Command,
  CommandKind,
  Exchange,
  SelfTradePrevention,
  Side,
  SUPPORTED_BEHAVIOURS,
  type Command as Fields,
} from '@uptick/core'
import { listing } from '@uptick/core/testing'
import { expect, test } from 'vitest'
import { RowCollector } from './rows.ts'

/** 10 % and 20 % of the received amount, in millionths. */
const [MAKER_FEE, TAKER_FEE] = [100_000, 200_000]

/** A market of two accounts whose outcomes are collected. */
function market(behaviours: readonly number[] = SUPPORTED_BEHAVIOURS) {
  const [exchange, collector, command] = [new Exchange(), new RowCollector(), new Command()]
  const execute = (fields: Partial<Fields>): number => {
    command.reset()
    const { clientId, ...others } = fields
    Object.assign(command, others)
    if (clientId) command.clientId.set(clientId.toString())
    exchange.output.clear()
    exchange.execute(command, exchange.sequence + 1, exchange.sequence + 1)
    collector.add(exchange.output.words, exchange.output.length)
    return exchange.sequence
  }
  for (const value of behaviours) execute({ kind: CommandKind.ACTIVATE_BEHAVIOUR, value })
  for (const code of ['BTC', 'USDT'])
    execute({ kind: CommandKind.ADD_ASSET, text: JSON.stringify({ code, decimals: 0 }) })
  const definition = listing('BTCUSDT', 'BTC', 'USDT', { makerFee: MAKER_FEE, takerFee: TAKER_FEE })
  execute({ kind: CommandKind.ADD_SYMBOL, text: JSON.stringify(definition) })
  for (const account of [1, 2]) {
    execute({ kind: CommandKind.ADD_ACCOUNT, text: `account ${account}` })
    for (const asset of [0, 1]) execute({ kind: CommandKind.DEPOSIT, account, asset, amount: 1_000_000n })
  }
  const place = (account: number, side: Side, price: number, quantity: number, more: Partial<Fields> = {}): number =>
    execute({ kind: CommandKind.PLACE, account, side, price, quantity, ...more })
  return { exchange, collector, execute, place }
}

test('each side of a trade pays its own fee from what it receives', () => {
  const { collector, place } = market()
  place(1, Side.SELL, 10, 500)
  place(2, Side.BUY, 10, 500)
  place(1, Side.BUY, 20, 100)
  place(2, Side.SELL, 20, 100)
  expect(collector.rows().trades).toMatchObject([
    // 5,000 USDT and 500 BTC.
    {
      tradeId: 1,
      makerFee: 500n,
      makerFeeAsset: 1,
      takerFee: 100n,
      takerFeeAsset: 0,
      makerAccount: 1,
      takerAccount: 2,
    },
    // 100 BTC and 2,000 USDT.
    { tradeId: 2, makerFee: 10n, makerFeeAsset: 0, takerFee: 400n, takerFeeAsset: 1, makerAccount: 1, takerAccount: 2 },
  ])
})

test('the last image of an order is kept, with the command that changed it', () => {
  const { collector, place, execute } = market()
  const accepted = place(1, Side.SELL, 10, 500)
  const traded = place(2, Side.BUY, 10, 300)
  const [first] = collector.rows().orders
  expect(first).toMatchObject({ orderId: 1, executed: 300, sequence: traded })
  const cancelled = execute({ kind: CommandKind.CANCEL, account: 1, targetOrder: 1 })
  expect(collector.rows().orders).toMatchObject([
    { orderId: 1, executed: 300, status: 4, sequence: cancelled, createdTime: accepted },
    { orderId: 2, executed: 300, status: 3, sequence: traded },
  ])
})

test('a repeated reply is recorded once', () => {
  const { collector, execute, place } = market()
  execute({ kind: CommandKind.OPEN_SESSION, session: 5 })
  place(1, Side.SELL, 10, 500)
  for (let time = 0; time < 2; time++) place(2, Side.BUY, 10, 300, { session: 5, number: 1 })
  const { trades, orders, balances } = collector.rows()
  expect(trades).toMatchObject([{ tradeId: 1, quantity: 300 }])
  expect(orders).toMatchObject([{ executed: 300 }, { executed: 300, sequence: trades[0]!.sequence }])
  expect(balances.filter(({ reason, account }) => reason === CommandKind.PLACE && account === 2)).toHaveLength(2)
})

test('the balance after a command is a row, with its reason', () => {
  const { collector, execute } = market()
  const sequence = execute({ kind: CommandKind.WITHDRAW, account: 2, asset: 1, amount: 5n })
  expect(collector.rows().balances.at(-1)).toEqual({
    account: 2,
    asset: 1,
    free: 999_995n,
    locked: 0n,
    sequence,
    time: sequence,
    reason: CommandKind.WITHDRAW,
  })
})

test('before the core numbered aggregates, those of one order at one price join under their first trade', () => {
  const { collector, place } = market([])
  for (const [price, quantity] of [
    [10, 1],
    [10, 2],
    [11, 3],
  ] as const)
    place(1, Side.SELL, price, quantity)
  place(2, Side.BUY, 11, 6)
  place(1, Side.SELL, 11, 1)
  place(2, Side.BUY, 11, 1)
  expect(collector.rows().trades.map(({ tradeId, aggregateId }) => [tradeId, aggregateId])).toEqual([
    [1, 1],
    [2, 1],
    [3, 3],
    [4, 4],
  ])
})

test('a prevented match of two orders of one account is a match of that account', () => {
  const { collector, place } = market()
  place(2, Side.SELL, 10, 5)
  place(2, Side.BUY, 10, 3, { selfTradePrevention: SelfTradePrevention.EXPIRE_TAKER })
  expect(collector.rows().preventedMatches).toMatchObject([
    { account: 2, makerOrder: 1, takerOrder: 2, price: 10, mode: SelfTradePrevention.EXPIRE_TAKER },
  ])
})

test('fees of an account for one symbol are kept beside those for all symbols', () => {
  const { collector, execute } = market()
  for (const symbol of ['', 'BTCUSDT', 'BTCUSDT'])
    execute({
      kind: CommandKind.SET_FEES,
      account: 1,
      text: JSON.stringify({ account: 1, symbol, maker: 1, taker: 2 }),
    })
  const fees = collector.rows().definitions.filter(({ subject }) => subject === 'fees')
  expect(fees.map(({ id, part }) => [id, part])).toEqual([
    [1, ''],
    [1, 'BTCUSDT'],
  ])
})
