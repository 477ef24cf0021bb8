import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LISTING, ScriptedShard } from '../../testing/scripted-shard.ts'
import { VirtualTime } from '@uptick/runtime/testing'
import { CANDLE_INTERVALS, type PublicTrade } from '@uptick/readmodel'
import { Statistics } from './statistics.ts'
import { SymbolMarket } from './symbol-market.ts'

const shard = new ScriptedShard()
shard.catalogue.replace(LISTING)
const listed = shard.catalogue.market('BTCUSDT')!

const trades = fc.array(fc.integer({ min: 0, max: 400_000_000 }), { minLength: 1, maxLength: 60 }).map((gaps) => {
  let { time } = shard
  return gaps.map((gap, i): PublicTrade => {
    time += gap
    const price = 100 + ((i * 37) % 50)
    return {
      tradeId: i + 1,
      price,
      quantity: i + 1,
      quote: BigInt(price * (i + 1)) * 10n,
      time,
      buyerIsMaker: i % 3 === 0,
      sequence: i + 1,
    }
  })
})

/** The history that a read model with these trades returns. */
function historyOf(recorded: readonly PublicTrade[]) {
  const statistics = new Statistics()
  for (const trade of recorded) statistics.trade(trade)
  const last = recorded.at(-1)
  const candles = new Map(
    CANDLE_INTERVALS.map((interval) => [interval, last ? statistics.recent(interval, last.time) : []]),
  )
  return { candles, trades: recorded, aggregates: [] }
}

describe('a market', () => {
  test('knows the same whether it followed from the start or was filled up, whenever that was', () => {
    fc.assert(
      fc.property(trades, fc.nat(), fc.nat(), fc.nat(), (all, a, b, c) => {
        // The feed begins at `from`; the history is read when the feed is at `at`, and reaches `until` or more.
        const from = a % (all.length + 1)
        const at = from + (b % (all.length - from + 1))
        const until = from + (c % (all.length - from + 1))
        const time = new VirtualTime(all.at(-1)!.time)
        const followed = new SymbolMarket(listed, time)
        for (const trade of all) followed.trade(trade)
        const filled = new SymbolMarket(listed, time)
        for (const trade of all.slice(from, at)) filled.trade(trade)
        expect(filled.backfill(historyOf(all.slice(0, until)))).toBe(true)
        for (const trade of all.slice(at)) filled.trade(trade)
        expect(filled.warm).toBe(true)
        expect(filled.recentTrades(1000)).toEqual(all)
        for (const interval of CANDLE_INTERVALS)
          expect(filled.recentCandles(interval).at(-1)).toEqual(followed.recentCandles(interval).at(-1))
        expect(filled.lastPrice).toBe(followed.lastPrice)
      }),
      { numRuns: 300 },
    )
  })

  test('refuses a history that ends before the feed begins', () => {
    const market = new SymbolMarket(listed, new VirtualTime(shard.time))
    const trade: PublicTrade = {
      tradeId: 5,
      price: 1,
      quantity: 1,
      quote: 10n,
      time: shard.time,
      buyerIsMaker: false,
      sequence: 5,
    }
    market.trade(trade)
    expect(market.backfill(historyOf([{ ...trade, tradeId: 3 }]))).toBe(false)
    expect(market.warm).toBe(false)
    expect(market.backfill(historyOf([{ ...trade, tradeId: 4 }]))).toBe(true)
  })

  test('starts over when trades are missing', () => {
    const market = new SymbolMarket(listed, new VirtualTime(shard.time))
    const trade: PublicTrade = {
      tradeId: 1,
      price: 1,
      quantity: 1,
      quote: 10n,
      time: shard.time,
      buyerIsMaker: false,
      sequence: 5,
    }
    market.backfill(historyOf([]))
    expect(market.trade(trade)).toBe(true)
    expect(market.trade({ ...trade, tradeId: 3 })).toBe(false)
    expect(market.warm).toBe(false)
    const missing = { ...trade, tradeId: 2 }
    expect(market.backfill(historyOf([trade, missing]))).toBe(true)
    expect(market.recentTrades(10).map(({ tradeId }) => tradeId)).toEqual([1, 2, 3])
  })
})
