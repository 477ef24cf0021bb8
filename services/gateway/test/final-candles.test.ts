import { once } from 'node:events'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { TestClient } from '../testing/test-client.ts'
import { RunningExchange } from './running-exchange.ts'
import type { Trader } from './trader.ts'

/** Longer than a candle of a second and any grace for it, shorter than the hold. */
const PAUSE_MS = 2_500
let exchange: RunningExchange
let maker: Trader
let taker: Trader

beforeAll(async () => {
  exchange = await RunningExchange.start()
  maker = await exchange.trader({ BTC: '1000' })
  taker = await exchange.trader({ USDT: '10000000' })
})

afterAll(() => exchange.stop())

interface Candle {
  readonly t: number
  readonly x: boolean
  readonly v: string
  readonly n: number
  readonly c: string
}

/** No append to the journal is committed while `run` goes on. */
async function withoutCommits(run: () => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: exchange.database.url })
  await client.connect()
  try {
    await client.query('BEGIN; LOCK TABLE journal_batch IN SHARE MODE')
    await run()
  } finally {
    await client.query('ROLLBACK')
    await client.end()
  }
}

test('a candle that was told as over is the one that REST gives, also when the journal stood still at its end', async () => {
  const socket = new WebSocket(`${exchange.url.replace('http', 'ws')}/ws/btcusdt@kline_1s`)
  const stream = new TestClient(socket)
  const candles = (): Candle[] => stream.messages.map((message) => message['k'] as Candle)
  await once(socket, 'open')
  await maker.limit('SELL', '100', '30000')
  await taker.limit('BUY', '0.001', '30000')
  await stream.find((message) => message.e === 'kline')
  const late: Promise<unknown>[] = []
  for (let round = 0; round < 2; round++) {
    await withoutCommits(async () => {
      // The first of these is sequenced, and waits for its commit; the others may be sequenced after the pause.
      for (let i = 0; i < 5; i++) late.push(taker.limit('BUY', '0.002', '30000', { recvWindow: 60_000 }))
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    })
    await Promise.all(late)
  }
  // Nothing trades any more: the end of the last candle with trades comes all the same.
  const total = (): number => candles().reduce((sum, { x, n }) => sum + (x ? n : 0), 0)
  await stream.find(() => total() === 11)
  const closed = candles().filter(({ x }) => x)
  for (const [i, { t }] of closed.entries()) if (i > 0) expect(t).toBe(closed[i - 1]!.t + 1000)
  const first = closed[0]!.t
  const response = await fetch(`${exchange.url}/api/v3/klines?symbol=BTCUSDT&interval=1s&startTime=${first}&limit=1000`)
  const rows = (await response.json()) as (string | number)[][]
  const recorded = rows.slice(0, closed.length).map((row) => [row[0], row[5], row[8], row[4]])
  expect(closed.map(({ t, v, n, c }) => [t, v, n, c])).toEqual(recorded)
  socket.terminate()
})
