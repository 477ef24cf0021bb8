import {
  Command,
  CommandKind,
  Exchange,
  EventKind,
  eachEvent,
  outcomeWords,
  readEvent,
  Side,
  type TradeEvent,
} from '@uptick/core'
import { listing } from '@uptick/core/testing'
import { expect, test } from 'vitest'
import { checkStreams } from './check-streams.ts'
import type { JournaledExecution } from './journal-executions.ts'
import type { StreamEvent, StreamLog } from './stream-log.ts'

const market = { symbol: 'BTCUSDT', priceDecimals: 0, quantityDecimals: 0 }

/** Two accounts trade with each other three times: the journal of that. */
function truth() {
  const exchange = new Exchange()
  const trades: TradeEvent[][] = []
  const executions = new Map<number, JournaledExecution[]>()
  const command = new Command()
  const execute = (fields: Partial<Command>): void => {
    command.reset()
    Object.assign(command, fields)
    exchange.output.clear()
    exchange.execute(command, exchange.sequence + 1, exchange.sequence + 1)
    const { words, length } = exchange.output
    for (let at = 0; at < length; at += outcomeWords(words, at))
      eachEvent(words, at, (kind, where) => {
        if (kind !== EventKind.TRADE && kind !== EventKind.EXECUTION) return
        const event = readEvent(words, where)
        if (event.kind === EventKind.TRADE) (trades[event.symbol] ??= []).push(event)
        if (event.kind !== EventKind.EXECUTION) return
        const known = executions.get(event.order.account) ?? []
        executions.set(event.order.account, [...known, { event, time: 0 }])
      })
  }
  for (const code of ['BTC', 'USDT'])
    execute({ kind: CommandKind.ADD_ASSET, text: JSON.stringify({ code, decimals: 0 }) })
  execute({ kind: CommandKind.ADD_SYMBOL, text: JSON.stringify(listing('BTCUSDT', 'BTC', 'USDT')) })
  for (const account of [1, 2]) {
    execute({ kind: CommandKind.ADD_ACCOUNT, text: `trader ${account}` })
    for (const asset of [0, 1]) execute({ kind: CommandKind.DEPOSIT, account, asset, amount: 1_000_000n })
  }
  for (let price = 10; price < 13; price++) {
    execute({ kind: CommandKind.PLACE, account: 1, side: Side.SELL, price, quantity: 5 })
    execute({ kind: CommandKind.PLACE, account: 2, side: Side.BUY, price, quantity: 5 })
  }
  return { exchange, trades, of: (account: number) => executions.get(account) ?? [] }
}

const { exchange, trades, of } = truth()
const trade = (t: number, p = String(9 + t), q = '5'): StreamEvent => ({ e: 'trade', t, p, q })
const reports: StreamEvent[] = of(2).map(({ event }) => ({
  e: 'executionReport',
  I: event.executionId,
  i: event.order.orderId,
}))

function check(about: string | number, isComplete: boolean, ...connections: StreamEvent[][]): string[] {
  const log: StreamLog = { subscriber: 's', of: about, connections, isComplete }
  return checkStreams([log], { exchange, trades }, { of }, market)
}

test('a complete, ordered stream is right, on one connection or on two that overlap', () => {
  expect(check('BTCUSDT', true, [trade(1), trade(2), trade(3)])).toEqual([])
  expect(check('BTCUSDT', true, [trade(1), trade(2)], [trade(2), trade(3)])).toEqual([])
  expect(
    check('BTCUSDT', true, [
      { e: 'depthUpdate', U: 1, u: 4 },
      { e: 'depthUpdate', U: 5, u: 6 },
    ]),
  ).toEqual([])
  expect(reports.length).toBeGreaterThan(3)
  expect(check(2, true, reports)).toEqual([])
})

test('a subscriber that only reconnects may miss events in between, one that resumes may not', () => {
  expect(check('BTCUSDT', false, [trade(1)], [trade(3)])).toEqual([])
  expect(check('BTCUSDT', true, [trade(1)], [trade(3)])).toEqual(['s: trade of BTCUSDT 2 … 2 never came'])
})

test('the last connection must reach the end, whatever earlier ones brought', () => {
  expect(check('BTCUSDT', false, [trade(1), trade(2), trade(3)], [trade(1), trade(2)])).toEqual([
    's: trade of BTCUSDT 3 … 3 never came',
  ])
})

test('a private event of another order is found', () => {
  const wrong = reports.map((event, index) => (index === 1 ? { ...event, i: 1 } : event)) as StreamEvent[]
  expect(check(2, false, wrong)[0]).toMatch(/^s: execution \d+ of order 1 is not the journal's$/)
})

test.each<[string, string | number, StreamEvent[], RegExp]>([
  ['a hole', 'BTCUSDT', [trade(1), trade(3)], /^s: trade of BTCUSDT 2 … 2 missing on a connection$/],
  ['a repetition', 'BTCUSDT', [trade(1), trade(2), trade(2), trade(3)], /^s: trade of BTCUSDT 2 came after 2$/],
  ['an end that is missing', 'BTCUSDT', [trade(1), trade(2)], /^s: trade of BTCUSDT 3 … 3 never came$/],
  ['another quantity', 'BTCUSDT', [trade(1), trade(2, '11', '6'), trade(3)], /^s: trade 2 is not the journal's$/],
  ['another price', 'BTCUSDT', [trade(1), trade(2, '99'), trade(3)], /^s: trade 2 is not the journal's$/],
  [
    'a hole in the updates',
    'BTCUSDT',
    [
      { e: 'depthUpdate', U: 1, u: 2 },
      { e: 'depthUpdate', U: 5, u: 6 },
    ],
    /3 … 4/,
  ],
  ['a private event that is missing', 2, reports.toSpliced(1, 1), /^s: execution of account 2 2 … 2 missing/],
  [
    'a private event that is not in the journal',
    2,
    [...reports, { e: 'executionReport', I: 9_999, i: 1 }],
    /not the journal's$/,
  ],
])('%s is found', (_, about, events, sentence) => {
  expect(check(about, false, events)).toEqual([expect.stringMatching(sentence)])
})
