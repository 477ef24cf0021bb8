import { strict as assert } from 'node:assert'
import { Side } from '@uptick/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Frame, Listener, listeningHub } from '../../testing/listening-hub.ts'

const levels = fc.array(
  fc.record({
    side: fc.constantFrom(Side.BUY, Side.SELL),
    price: fc.integer({ min: 1, max: 20 }),
    quantity: fc.nat(3),
  }),
  { minLength: 1, maxLength: 5 },
)

/** A book built from depth diffs as the documentation tells clients to. */
class LocalBook {
  readonly bids = new Map<string, string>()
  readonly asks = new Map<string, string>()
  lastUpdateId = -1

  apply(frame: Frame): void {
    if (this.lastUpdateId >= 0) assert.equal(frame.U, this.lastUpdateId + 1)
    this.lastUpdateId = frame.u as number
    for (const [field, side] of [
      ['b', this.bids],
      ['a', this.asks],
    ] as const) {
      for (const [price, quantity] of frame[field] as [string, string][]) {
        if (Number(quantity) === 0) side.delete(price)
        else side.set(price, quantity)
      }
    }
  }
}

describe('streams', () => {
  test('of depth at both speeds join without a gap and build the same book', async () => {
    const { shard, subscribe, tick, markets } = await listeningHub()
    const fast = subscribe('btcusdt@depth@100ms')
    const slow = subscribe('btcusdt@depth')
    const fastBook = new LocalBook()
    const slowBook = new LocalBook()
    fc.assert(
      fc.property(fc.array(levels, { minLength: 1, maxLength: 20 }), (outcomes) => {
        for (const outcome of outcomes) {
          shard.outcome((script) => {
            for (const { side, price, quantity } of outcome) script.level(0, side, price, quantity)
          })
          tick()
          for (const frame of fast.take()) fastBook.apply(frame)
          const { updateId } = markets.symbol('BTCUSDT')!.depth(1)
          expect(fastBook.lastUpdateId).toBe(updateId)
        }
        tick(10)
        for (const frame of slow.take()) slowBook.apply(frame)
        const { bids, asks } = shard.naiveDepth(0, 0)
        for (const book of [fastBook, slowBook]) {
          expect(book.bids.size).toBe(bids.length)
          for (const [price, quantity] of bids) {
            expect(book.bids.get(`0.${String(price).padStart(2, '0')}000000`)).toBe(`0.0000${quantity}000`)
          }
          expect(book.asks.size).toBe(asks.length)
        }
        fast.take()
      }),
      { numRuns: 30 },
    )
  })

  test('make a payload once for all who follow in the same form', async () => {
    const { shard, subscribe } = await listeningHub()
    const [a, b] = [subscribe('btcusdt@trade'), subscribe('btcusdt@trade')]
    const combined = subscribe('btcusdt@trade', new Listener(true))
    const micro = subscribe('btcusdt@trade', new Listener(false, 'MICROSECOND'))
    shard.time += 123
    shard.outcome((script) => script.trade(0, 5_000_00, 100_000, { buyerIsMaker: true }))
    expect(a.raw[0]).toBe(b.raw[0])
    const ms = Math.floor(shard.time / 1000)
    const [trade] = a.take()
    expect(trade).toEqual({
      e: 'trade',
      E: ms,
      s: 'BTCUSDT',
      t: 1,
      p: '5000.00000000',
      q: '1.00000000',
      T: ms,
      m: true,
      M: true,
    })
    expect(combined.take()).toEqual([{ stream: 'btcusdt@trade', data: trade }])
    expect(micro.take()).toEqual([{ ...trade, E: shard.time, T: shard.time }])
  })

  test('of the best prices send when these change, and once to a new subscriber', async () => {
    const { shard, subscribe, tick } = await listeningHub()
    shard.outcome((script) => script.level(0, Side.BUY, 100, 5))
    const best = subscribe('btcusdt@bookTicker')
    tick()
    expect(best.take()).toEqual([
      { u: 1, s: 'BTCUSDT', b: '1.00000000', B: '0.00005000', a: '0.00000000', A: '0.00000000' },
    ])
    shard.outcome((script) => script.level(0, Side.BUY, 99, 5))
    tick()
    expect(best.take()).toEqual([])
    shard.outcome((script) => script.level(0, Side.BUY, 100, 4))
    expect(best.take()).toMatchObject([{ u: 3, B: '0.00004000' }])
  })

  test('of partial books send when something changed', async () => {
    const { shard, subscribe, tick } = await listeningHub()
    const partial = subscribe('btcusdt@depth5@100ms')
    for (let price = 1; price <= 7; price++) shard.outcome((script) => script.level(0, Side.SELL, price * 100, 1))
    tick()
    const [frame, ...more] = partial.take()
    expect(more).toEqual([])
    expect(frame).toMatchObject({ lastUpdateId: 7, bids: [] })
    expect(frame!.asks).toHaveLength(5)
    tick()
    expect(partial.take()).toEqual([])
  })

  test('of all tickers name the symbols that traded', async () => {
    const { shard, subscribe, tick } = await listeningHub()
    const all = subscribe('!miniTicker@arr')
    tick(10)
    expect(all.take()).toMatchObject([[{ s: 'BTCUSDT' }, { s: 'ETHUSDT' }]])
    shard.outcome((script) => script.trade(1, 300, 5))
    tick(10)
    expect(all.take()).toMatchObject([[{ e: '24hrMiniTicker', s: 'ETHUSDT', c: '3.00000000' }]])
    tick(10)
    expect(all.take()).toEqual([])
  })

  test('of tickers and averages come every second', async () => {
    const { shard, subscribe, tick } = await listeningHub()
    const ticker = subscribe('btcusdt@ticker')
    const average = subscribe('btcusdt@avgPrice')
    shard.outcome((script) => script.trade(0, 100, 5))
    shard.outcome((script) => script.trade(0, 110, 5))
    tick(20)
    expect(ticker.take()).toHaveLength(2)
    const last = average.take().at(-1)
    expect(last).toMatchObject({ e: 'avgPrice', i: '5m', w: '1.05000000' })
    tick(10)
    expect(ticker.take()[0]).toMatchObject({
      p: '0.10000000',
      P: '10.000',
      o: '1.00000000',
      c: '1.10000000',
      n: 2,
      F: 1,
      L: 2,
    })
  })

  test('tell the followers of a book when changes were missed', async () => {
    const { shard, subscribe } = await listeningHub()
    const depth = subscribe('btcusdt@depth')
    const trades = subscribe('btcusdt@trade')
    shard.reset()
    expect(depth.restarts).toBe(1)
    expect(trades.restarts).toBe(0)
  })

  test('are dropped when they have no subscriber any more', async () => {
    const { shard, streams, subscribe, unsubscribe, tick } = await listeningHub()
    const depth = subscribe('btcusdt@depth@100ms')
    unsubscribe(depth)
    expect(streams.hub.size).toBe(0)
    shard.outcome((script) => script.level(0, Side.BUY, 100, 5))
    tick(10)
    expect(depth.take()).toEqual([])
  })
})
