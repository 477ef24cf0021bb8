import fc from 'fast-check'
import { assert, expect, test } from 'vitest'
import { CANDLE_INTERVALS, type CandlePart, openTimeOf, type RecordedTrade } from '@uptick/readmodel'
import { CandleCollector } from './candles.ts'

const START = Date.parse('2024-01-30T23:59:00Z') * 1000

/** Trades of two markets, at times that rise by anything from nothing to weeks. */
const flows = fc.array(
  fc.record({
    symbol: fc.nat({ max: 1 }),
    pause: fc.oneof(fc.constant(0), fc.nat({ max: 2_000_000 }), fc.nat({ max: 30 * 86_400_000_000 })),
    price: fc.integer({ min: 1, max: 1000 }),
    quantity: fc.integer({ min: 1, max: 2 ** 52 }),
    buyerIsMaker: fc.boolean(),
  }),
  { maxLength: 60 },
)

function tradesOf(flow: typeof flows extends fc.Arbitrary<infer T> ? T : never): RecordedTrade[] {
  let time = START
  return flow.map(({ pause, ...rest }, i) => ({
    ...rest,
    time: (time += pause),
    tradeId: i + 1,
    aggregateId: i + 1,
    sequence: i + 1,
    quote: BigInt(rest.price) * BigInt(rest.quantity),
    makerAccount: 1,
    makerOrder: 1,
    makerFee: 0n,
    makerFeeAsset: 0,
    takerAccount: 2,
    takerOrder: 2,
    takerFee: 0n,
    takerFeeAsset: 0,
  }))
}

function naive(trades: readonly RecordedTrade[]): CandlePart[] {
  const groups = Map.groupBy(
    trades.flatMap((trade) => CANDLE_INTERVALS.map((interval) => ({ trade, interval }))),
    ({ trade, interval }) => `${trade.symbol} ${interval} ${openTimeOf(interval, trade.time)}`,
  )
  return [...groups.values()].map((group) => {
    const [head] = group
    assert(head)
    const { interval, trade: first } = head
    const of = group.map(({ trade }) => trade)
    const buys = of.filter((trade) => !trade.buyerIsMaker)
    const sum = (list: readonly RecordedTrade[], amount: (trade: RecordedTrade) => bigint): bigint =>
      list.reduce((total, trade) => total + amount(trade), 0n)
    return {
      symbol: first.symbol,
      interval,
      openTime: openTimeOf(interval, first.time),
      open: first.price,
      high: Math.max(...of.map(({ price }) => price)),
      low: Math.min(...of.map(({ price }) => price)),
      close: of.at(-1)!.price,
      volume: sum(of, ({ quantity }) => BigInt(quantity)),
      quoteVolume: sum(of, ({ quote }) => quote),
      takerBuyVolume: sum(buys, ({ quantity }) => BigInt(quantity)),
      takerBuyQuoteVolume: sum(buys, ({ quote }) => quote),
      count: of.length,
      firstTradeId: first.tradeId,
      lastTradeId: of.at(-1)!.tradeId,
    }
  })
}

const key = (part: CandlePart): string => `${part.symbol} ${part.interval} ${part.openTime}`
const sorted = (parts: readonly CandlePart[]): CandlePart[] => parts.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))

test('candles of every interval agree with a naive grouping of the trades', () => {
  fc.assert(
    fc.property(flows, (flow) => {
      const trades = tradesOf(flow)
      const collector = new CandleCollector()
      for (const trade of trades) collector.trade(trade)
      expect(sorted(collector.parts())).toEqual(sorted(naive(trades)))
    }),
    { numRuns: 200 },
  )
})
