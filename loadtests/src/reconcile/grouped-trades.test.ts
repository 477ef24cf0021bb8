import type { TradeEvent } from '@uptick/core'
import { expect, test } from 'vitest'
import { GroupedTrades, type CandleMessage } from './grouped-trades.ts'

const market = { symbol: 'BTCUSDT', priceDecimals: 1, quantityDecimals: 0 }
/** Aggregates 1 (trades 1 and 2 at 1.0), 2 (trade 3 at 1.1) and 3 (trade 4 at 1.1). */
const trades = [
  [1, 10, 5],
  [1, 10, 6],
  [2, 11, 7],
  [3, 11, 8],
].map(([aggregateId, price, quantity], index) => ({ tradeId: index + 1, aggregateId, price, quantity }) as TradeEvent)

const aggregate = (a: number, f: number, l: number, p: string, q: string) => ({ e: 'aggTrade', a, f, l, p, q }) as const
const all = [aggregate(1, 1, 2, '1.0', '11'), aggregate(2, 3, 3, '1.1', '7'), aggregate(3, 4, 4, '1.1', '8')]

/** A closed candle of the second `t` with the trades `f` … `L`. */
const candle = (t: number, f: number, L: number, v: string, n = f < 0 ? 0 : L - f + 1): CandleMessage => ({
  e: 'kline',
  k: { t, f, L, n, v, x: true },
})
const seconds = [candle(1, 1, 2, '11'), candle(2, -1, -1, '0'), candle(3, 3, 4, '15')]

function check(events: readonly Parameters<GroupedTrades['take']>[0][]): string[] {
  const grouped = new GroupedTrades()
  grouped.connected()
  for (const event of events) grouped.take(event)
  const findings = grouped.check(trades, market)
  expect(grouped.check(trades, market), 'what was compared is not compared again').toEqual([])
  return findings
}

test('aggregates and candles that contain every trade once are right', () => {
  expect(check([...all, ...seconds])).toEqual([])
})

test('before aggregates were numbered, they have the ids of their first trades', () => {
  const grouped = new GroupedTrades()
  grouped.take(aggregate(3, 3, 4, '1.1', '15'))
  const unnumbered = trades.map((trade) => ({ ...trade, aggregateId: 0 }))
  expect(grouped.check(unnumbered, market)).toEqual([])
})

test.each([
  ['another price', { p: '1.2' }],
  ['another quantity', { q: '9' }],
  ['another number', { a: 4 }],
  ['a trade more than there are', { l: 5 }],
])('an aggregate with %s is found', (_what, changes) => {
  const grouped = new GroupedTrades()
  grouped.take({ ...all[2]!, ...changes })
  expect(grouped.check(trades, market)).toEqual([expect.stringMatching(/^aggregate \d of the stream/)])
})

test('a trade or a number that is missing between two aggregates is found', () => {
  expect(check([all[0]!, all[2]!])).toEqual(['aggregate 3 with trades from 4 came after 1 up to 2'])
  const skipped = { ...all[1]!, a: 3 }
  expect(check([all[0]!, skipped])).toContain('aggregate 3 with trades from 3 came after 1 up to 2')
  const overlapping = { ...all[1]!, f: 2 }
  expect(check([all[0]!, overlapping])).toContain('aggregate 2 with trades from 2 came after 1 up to 2')
})

test('what happened between two connections may be missing', () => {
  const grouped = new GroupedTrades()
  grouped.take(all[0]!)
  grouped.take(seconds[0]!)
  grouped.connected()
  grouped.take(all[2]!)
  grouped.take(candle(9, 4, 4, '8'))
  expect(grouped.check(trades, market)).toEqual([])
})

test('a trade that is in no closed candle is found, also after a second without trades', () => {
  expect(check([seconds[0]!, seconds[1]!, candle(3, 4, 4, '8')])).toEqual([
    'no closed candle of the stream has the trades 3 … 3',
  ])
})

test.each([
  ['volume', candle(1, 1, 2, '12')],
  ['count', candle(1, 1, 2, '11', 3)],
  ['end', candle(1, 4, 5, '8')],
])('a closed candle with another %s is found', (_what, wrong) => {
  expect(check([wrong])).toEqual([expect.stringMatching(/^the closed candle of 1 has \d trades/)])
})

test('a candle that is not closed is not compared', () => {
  const open = { ...candle(1, 1, 1, '1'), k: { ...candle(1, 1, 1, '1').k, x: false } }
  expect(check([open, seconds[0]!])).toEqual([])
})
