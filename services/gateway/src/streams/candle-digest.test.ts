import { describe, expect, test } from 'vitest'
import { type Frame, listeningHub } from '../../testing/listening-hub.ts'

describe('streams of candles', () => {
  test('announce the end of a candle and continue with the next', async () => {
    const { shard, subscribe, pass } = await listeningHub()
    shard.outcome((script) => script.trade(0, 100, 5))
    const candles = subscribe('btcusdt@kline_1m')
    const seconds = subscribe('btcusdt@kline_1s')
    await pass(700)
    const frames = candles.take().map(({ k }) => k as Frame)
    expect(frames[0]).toMatchObject({ t: Date.UTC(2026, 10, 23, 12), n: 1, x: false, o: '1.00000000', i: '1m' })
    const closed = frames.filter(({ x }) => x)
    expect(closed).toHaveLength(1)
    expect(closed[0]).toMatchObject({ n: 1, T: Date.UTC(2026, 10, 23, 12, 1) - 1 })
    expect(frames.at(-1)).toMatchObject({
      t: Date.UTC(2026, 10, 23, 12, 1),
      n: 0,
      f: -1,
      o: '1.00000000',
      v: '0.00000000',
    })
    const closedSeconds = seconds
      .take()
      .map(({ k }) => k as Frame)
      .filter(({ x }) => x)
    expect(closedSeconds.length).toBeGreaterThanOrEqual(68)
    for (const [i, second] of closedSeconds.entries()) {
      if (i > 0) expect(second.t).toBe((closedSeconds[i - 1]!.t as number) + 1000)
    }
  })

  test('announce the end of a candle when the journal is past it, not when the clock is', async () => {
    const { shard, subscribe, pass } = await listeningHub()
    const trade = (quantity: number): void => shard.outcome((script) => script.trade(0, 100, quantity))
    trade(5)
    const seconds = subscribe('btcusdt@kline_1s')
    await pass(6)
    shard.pause()
    // Sequenced in the second that is in progress, and durable three seconds later.
    trade(7)
    await pass(30)
    expect(seconds.take().filter(({ k }) => (k as Frame).x)).toEqual([])
    trade(1)
    shard.resume()
    await pass(1)
    const closed = seconds
      .take()
      .map(({ k }) => k as Frame)
      .filter(({ x }) => x)
    const first = Date.UTC(2026, 10, 23, 12)
    expect(closed.map(({ t, v, n }) => [t, v, n])).toEqual([
      [first, '0.00012000', 2],
      [first + 1000, '0.00000000', 0],
      [first + 2000, '0.00000000', 0],
    ])
  })

  test('announce the end to all followers, also when another one joins in between', async () => {
    const { shard, subscribe, pass } = await listeningHub()
    shard.outcome((script) => script.trade(0, 100, 5))
    const early = subscribe('btcusdt@kline_1m')
    await pass(596)
    const late = subscribe('btcusdt@kline_1m')
    await pass(1)
    expect(late.take().map(({ k }) => (k as Frame).n)).toEqual([1])
    shard.pause()
    subscribe('btcusdt@kline_1m')
    await pass(20)
    early.take()
    shard.resume()
    await pass(1)
    expect(early.take().filter(({ k }) => (k as Frame).x)).toHaveLength(1)
  })

  test('ask for no TICK where trades advance the time of the journal', async () => {
    const { shard, subscribe, pass } = await listeningHub()
    subscribe('btcusdt@kline_1s')
    for (let i = 0; i < 20; i++) {
      shard.outcome((script) => script.trade(0, 100, 5))
      await pass(1)
    }
    expect(shard.sequence).toBe(20)
  })
})
