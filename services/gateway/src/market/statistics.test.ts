import { CANDLE_INTERVALS, type CandleInterval, openTimeOf, type PublicTrade, stepOpenTime } from '@uptick/readmodel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CandleView } from './market-data.ts'
import { Statistics, weightedAverage } from './statistics.ts'

const MINUTE = 60_000_000
const START = Date.UTC(2026, 10, 22, 22, 58, 40) * 1000

/** Trades at rising times: mostly close together, sometimes hours apart. */
const trades = fc
  .array(
    fc.record({
      gap: fc.oneof(fc.integer({ min: 0, max: 900_000 }), fc.integer({ min: 0, max: 90 * MINUTE })),
      price: fc.integer({ min: 1, max: 1000 }),
      quantity: fc.integer({ min: 1, max: 1_000_000 }),
      buyerIsMaker: fc.boolean(),
    }),
    { maxLength: 80 },
  )
  .map((rows) => {
    let time = START
    return rows.map(({ gap, price, quantity, buyerIsMaker }, i): PublicTrade => {
      time += gap
      const quote = BigInt(price) * BigInt(quantity)
      return { tradeId: i + 1, price, quantity, quote, time, buyerIsMaker, sequence: i + 10 }
    })
  })

function naiveCandle(interval: CandleInterval, openTime: number, all: readonly PublicTrade[], offset = 0) {
  const endTime = stepOpenTime(interval, openTime, 1, offset)
  const inside = all.filter((trade) => trade.time >= openTime && trade.time < endTime)
  const before = all.findLast((trade) => trade.time < openTime)
  if (inside.length === 0 && !before) return undefined
  return { interval, openTime, endTime, ...naiveSums(inside, before?.price ?? 0) }
}

function naiveSums(inside: readonly PublicTrade[], price: number) {
  const prices = inside.length === 0 ? [price] : inside.map((trade) => trade.price)
  const buys = inside.filter((trade) => !trade.buyerIsMaker)
  return {
    open: prices[0]!,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1)!,
    volume: sum(inside.map((trade) => BigInt(trade.quantity))),
    quoteVolume: sum(inside.map((trade) => trade.quote)),
    takerBuyVolume: sum(buys.map((trade) => BigInt(trade.quantity))),
    takerBuyQuoteVolume: sum(buys.map((trade) => trade.quote)),
    count: inside.length,
    firstTradeId: inside[0]?.tradeId ?? -1,
    lastTradeId: inside.at(-1)?.tradeId ?? -1,
  }
}

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n)

/** The newest candles with trades of every interval, as a read model holds them. */
function recorded(all: readonly PublicTrade[]): Map<CandleInterval, CandleView[]> {
  const history = new Map<CandleInterval, CandleView[]>()
  for (const interval of CANDLE_INTERVALS) {
    const starts = new Set(all.map((trade) => openTimeOf(interval, trade.time)))
    history.set(
      interval,
      [...starts].map((start) => naiveCandle(interval, start, all)!),
    )
  }
  return history
}

describe('statistics', () => {
  test('have the candles of all intervals that a naive computation has', () => {
    fc.assert(
      fc.property(trades, fc.integer({ min: 0, max: 3 * MINUTE }), (all, later) => {
        const statistics = new Statistics()
        for (const [i, trade] of all.entries()) {
          statistics.trade(trade)
          const now = trade.time
          const known = all.slice(0, i + 1)
          for (const interval of CANDLE_INTERVALS) {
            expect(statistics.candleAt(interval, openTimeOf(interval, now))).toEqual(
              naiveCandle(interval, openTimeOf(interval, now), known),
            )
          }
        }
        const now = (all.at(-1)?.time ?? START) + later
        for (const interval of CANDLE_INTERVALS) {
          for (const candle of statistics.recent(interval, now)) {
            expect(candle).toEqual(naiveCandle(interval, candle.openTime, all))
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  test('have the candles of a time zone eight hours ahead, also when filled up from a history', () => {
    const offset = 8 * 60 * MINUTE
    fc.assert(
      fc.property(trades, fc.integer({ min: 0, max: 30 }), (all, days) => {
        if (all.length === 0) return
        const followed = new Statistics()
        for (const trade of all) followed.trade(trade)
        const filled = new Statistics()
        expect(filled.load(recorded(all), all)).toBe(true)
        const now = all.at(-1)!.time + days * 1440 * MINUTE
        for (const interval of CANDLE_INTERVALS) {
          const candle = naiveCandle(interval, openTimeOf(interval, now, offset), all, offset)
          expect(followed.recent(interval, now, 0, offset).at(-1)).toEqual(candle)
          expect(filled.recent(interval, now, 0, offset).at(-1)).toEqual(candle)
        }
      }),
      { numRuns: 40 },
    )
  })

  test.each([5, 60, 240, 1440] as const)('sum a window of %i minutes as a naive computation does', (minutes) => {
    fc.assert(
      fc.property(trades, fc.integer({ min: 0, max: 30 * MINUTE }), (all, later) => {
        const statistics = new Statistics()
        const check = (now: number, known: readonly PublicTrade[]): void => {
          const from = openTimeOf('1m', now) - (minutes - 1) * MINUTE
          const inside = known.filter((trade) => trade.time >= from)
          const before = known.findLast((trade) => trade.time < from)?.price ?? 0
          const { total, closeBefore } = statistics.window(minutes, now)
          expect(total).toMatchObject(naiveSums(inside, total.open))
          expect(closeBefore).toBe(before)
        }
        for (const [i, trade] of all.entries()) {
          statistics.trade(trade)
          check(trade.time, all.slice(0, i + 1))
        }
        check((all.at(-1)?.time ?? START) + later, all)
      }),
      { numRuns: 40 },
    )
  })

  test('join a history that was read at any moment with the trades of the feed', () => {
    fc.assert(
      fc.property(trades, fc.nat(), fc.nat(), (all, a, b) => {
        const from = all.length === 0 ? 0 : a % all.length
        const recordedCount = all.length === 0 ? 0 : Math.max(from, b % (all.length + 1))
        const statistics = new Statistics()
        const live = all.slice(from)
        for (const trade of live) statistics.trade(trade)
        expect(statistics.load(recorded(all.slice(0, recordedCount)), live)).toBe(true)
        const now = all.at(-1)?.time ?? START
        for (const interval of CANDLE_INTERVALS) {
          expect(statistics.candleAt(interval, openTimeOf(interval, now))).toEqual(
            naiveCandle(interval, openTimeOf(interval, now), all),
          )
        }
      }),
      { numRuns: 40 },
    )
  })

  test('refuse a history that ends before the trades of the feed begin', () => {
    const trade: PublicTrade = {
      tradeId: 5,
      price: 10,
      quantity: 1,
      quote: 10n,
      time: START,
      buyerIsMaker: false,
      sequence: 9,
    }
    const statistics = new Statistics()
    statistics.trade(trade)
    expect(statistics.load(recorded([{ ...trade, tradeId: 3 }]), [trade])).toBe(false)
    expect(statistics.load(recorded([{ ...trade, tradeId: 4 }]), [trade])).toBe(true)
  })

  test('round a weighted average half to even', () => {
    expect(weightedAverage(25n, 10n, 0)).toBe(2)
    expect(weightedAverage(35n, 10n, 0)).toBe(4)
    expect(weightedAverage(26n, 10n, 0)).toBe(3)
    expect(weightedAverage(2600n, 10n, 2)).toBe(3)
    expect(weightedAverage(0n, 0n, 2)).toBe(0)
  })
})

describe('intervals', () => {
  test('start weeks on Monday, months on the first, days at midnight UTC', () => {
    const time = Date.UTC(2026, 1, 15, 13, 47, 12, 345) * 1000
    expect(openTimeOf('1w', time)).toBe(Date.UTC(2026, 1, 9) * 1000)
    expect(openTimeOf('1M', time)).toBe(Date.UTC(2026, 1, 1) * 1000)
    expect(stepOpenTime('1M', openTimeOf('1M', time), 1)).toBe(Date.UTC(2026, 2, 1) * 1000)
    expect(openTimeOf('1d', time)).toBe(Date.UTC(2026, 1, 15) * 1000)
    expect(openTimeOf('4h', time)).toBe(Date.UTC(2026, 1, 15, 12) * 1000)
  })

  test('start at midnight of another time zone', () => {
    const offset = 8 * 60 * MINUTE
    const time = Date.UTC(2026, 1, 28, 16, 30) * 1000
    expect(openTimeOf('1d', time, offset)).toBe(Date.UTC(2026, 1, 28, 16) * 1000)
    expect(openTimeOf('1M', time, offset)).toBe(Date.UTC(2026, 1, 28, 16) * 1000)
    expect(stepOpenTime('1M', openTimeOf('1M', time, offset), 1, offset)).toBe(Date.UTC(2026, 2, 31, 16) * 1000)
    // A Sunday evening in UTC is Monday there.
    expect(openTimeOf('1w', Date.UTC(2026, 2, 1, 16) * 1000, offset)).toBe(Date.UTC(2026, 2, 1, 16) * 1000)
    expect(openTimeOf('1w', time, offset)).toBe(Date.UTC(2026, 1, 22, 16) * 1000)
    expect(openTimeOf('1h', time, offset)).toBe(Date.UTC(2026, 1, 28, 16) * 1000)
  })
})
