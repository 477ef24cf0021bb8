import { Side } from '@uptick/core'
import { describe, expect, test } from 'vitest'
import { ScriptedShard } from '../../testing/scripted-shard.ts'
import { VirtualTime } from '@uptick/runtime/testing'
import { followInOrder } from '../feed/stage.ts'
import type { PublicTrade } from '@uptick/readmodel'
import { DAY_MINUTES } from './market-data.ts'
import { type HistorySource, noHistory } from './history-source.ts'
import { Markets } from './markets.ts'

/** All promises that are settled by now have run their reactions. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

function build(history: HistorySource = noHistory) {
  const shard = new ScriptedShard()
  const time = new VirtualTime(shard.time)
  const markets = new Markets([{ link: shard, history, clock: time, timers: time, log: () => {} }])
  const restarts: string[] = []
  markets.onReload((market) => restarts.push(market.name))
  followInOrder(shard, markets.shards)
  /** First and last trade of the aggregates. */
  const aggregates = () =>
    markets
      .symbol('BTCUSDT')!
      .recentAggregates(100)
      .map(({ firstTradeId, lastTradeId }) => [firstTradeId, lastTradeId])
  return { shard, time, markets, restarts, aggregates }
}

describe('markets of a shard', () => {
  test('join the answer to depth with the changes that came before and after it', async () => {
    const { shard, markets } = build()
    shard.outcome((script) => script.level(0, Side.BUY, 100, 5))
    shard.holdAnswers = true
    shard.connect()
    // The answers are delayed; these changes arrive before them.
    shard.outcome((script) => {
      script.level(0, Side.BUY, 101, 7)
      script.level(0, Side.SELL, 110, 1)
    })
    expect(markets.ready).toBe(false)
    shard.answer()
    await settle()
    shard.outcome((script) => script.level(0, Side.BUY, 100, 0))
    expect(markets.ready).toBe(true)
    expect(markets.symbol('BTCUSDT')!.depth(0)).toMatchObject({ updateId: 4, bids: [[101, 7]], asks: [[110, 1]] })
  })

  test('load a book again when a change of it is missing, and tell its followers', async () => {
    const { shard, markets, restarts } = build()
    shard.connect()
    await settle()
    shard.frame([(script) => script.level(0, Side.BUY, 100, 5)], false)
    shard.outcome((script) => script.level(0, Side.BUY, 99, 5))
    expect(restarts).toEqual(['BTCUSDT'])
    await settle()
    expect(markets.symbol('BTCUSDT')!.depth(0).bids).toEqual([
      [100, 5],
      [99, 5],
    ])
  })

  test('load everything again after a gap of the feed', async () => {
    const { shard, markets, restarts } = build()
    shard.connect()
    await settle()
    restarts.length = 0
    shard.frame([(script) => script.level(1, Side.SELL, 100, 5)], false)
    shard.reset()
    await settle()
    expect(restarts).toEqual(['BTCUSDT', 'ETHUSDT'])
    expect(markets.symbol('ETHUSDT')!.bookTicker()).toMatchObject({ updateId: 1, askPrice: 100, askQuantity: 5 })
  })

  test('join the fills of one taker at one price within an outcome', async () => {
    const { shard, aggregates, markets } = build()
    shard.connect()
    await settle()
    shard.frame([
      (script) => {
        script.trade(0, 100, 1, { taker: 9 })
        script.trade(0, 100, 2, { taker: 9 })
        script.trade(0, 101, 2, { taker: 9 })
        script.trade(0, 101, 2, { taker: 10 })
      },
      (script) => script.trade(0, 101, 2, { taker: 10 }),
    ])
    expect(aggregates()).toEqual([
      [1, 2],
      [3, 3],
      [4, 4],
      [5, 5],
    ])
    expect(markets.symbol('BTCUSDT')!.recentAggregates(2)).toMatchObject([{ aggregateId: 4 }, { aggregateId: 5 }])
  })

  test('give aggregates the numbers that the core gave them', async () => {
    const { shard, aggregates, markets } = build()
    shard.connect()
    await settle()
    shard.frame([
      (script) => {
        script.trade(0, 100, 1, { taker: 9, aggregate: 1 })
        script.trade(0, 100, 2, { taker: 9, aggregate: 1 })
        script.trade(0, 101, 2, { taker: 9, aggregate: 2 })
      },
      (script) => script.trade(0, 101, 2, { taker: 9, aggregate: 3 }),
    ])
    expect(aggregates()).toEqual([
      [1, 2],
      [3, 3],
      [4, 4],
    ])
    expect(
      markets
        .symbol('BTCUSDT')!
        .recentAggregates(5)
        .map(({ aggregateId }) => aggregateId),
    ).toEqual([1, 2, 3])
  })

  test('wait for the read model to pass the book, then fill statistics up from it', async () => {
    let recorded = 0
    const trade = { price: 50, quantity: 3, quote: 1500n, buyerIsMaker: false }
    const { shard, markets, time } = build({
      recordedThrough: () => Promise.resolve(recorded),
      market: (symbol) =>
        Promise.resolve({
          candles: new Map(),
          trades: symbol === 0 ? [{ ...trade, tradeId: 1, sequence: 1, time: shard.time }] : [],
          aggregates: [],
        }),
    })
    shard.frame([(script) => script.trade(0, 50, 3)], false)
    shard.connect()
    await settle()
    shard.outcome((script) => script.trade(0, 60, 1))
    expect(markets.ready).toBe(false)
    recorded = 1
    time.advanceNow(200)
    await settle()
    expect(markets.ready).toBe(true)
    const market = markets.symbol('BTCUSDT')!
    expect(market.recentTrades(10).map(({ tradeId }) => tradeId)).toEqual([1, 2])
    expect(market.ticker(DAY_MINUTES)).toMatchObject({ openPrice: 50, lastPrice: 60, count: 2, volume: 4n })
  })

  test('wait after a gap for a read model that has passed it', async () => {
    const past: PublicTrade[] = []
    const answers: ((recorded: number) => void)[] = []
    const { shard, markets, time } = build({
      recordedThrough: () => new Promise((resolve) => answers.push(resolve)),
      market: (symbol) => Promise.resolve({ candles: new Map(), trades: symbol === 0 ? past : [], aggregates: [] }),
    })
    /** The read model reports that it has recorded up to `sequence`. */
    const record = async (sequence: number): Promise<void> => {
      for (let i = 0; i < 6; i++) {
        time.advanceNow(200)
        for (const answer of answers.splice(0)) answer(sequence)
        await settle()
      }
    }
    shard.connect()
    await settle()
    // The read model is being asked while the feed loses a trade.
    shard.frame([(script) => script.trade(0, 50, 3)], false)
    shard.reset()
    await record(0)
    expect(markets.ready).toBe(false)
    past.push({
      tradeId: 1,
      price: 50,
      quantity: 3,
      quote: 1500n,
      buyerIsMaker: false,
      sequence: 1,
      time: shard.time,
    })
    await record(shard.sequence)
    expect(markets.ready).toBe(true)
    expect(
      markets
        .symbol('BTCUSDT')
        ?.recentTrades(10)
        .map(({ tradeId }) => tradeId),
    ).toEqual([1])
  })

  test('are ready without a read model after a while', async () => {
    const { shard, markets, time } = build({
      recordedThrough: () => Promise.reject(new Error('no database')),
      market: () => Promise.reject(new Error('no database')),
    })
    shard.connect()
    await settle()
    expect(markets.ready).toBe(false)
    time.advanceNow(6000)
    expect(markets.ready).toBe(true)
    expect(markets.symbol('BTCUSDT')!.warm).toBe(false)
  })
})
