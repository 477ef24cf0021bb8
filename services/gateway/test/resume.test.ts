import { EventKind, type Outcome } from '@uptick/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemTimers } from '@uptick/runtime'
import { journalOutcomes } from './journal-outcomes.ts'
import { ResumingClient } from './resuming-client.ts'
import { RunningExchange, type RunningGateway } from './running-exchange.ts'
import { Trader, fetchReply } from './trader.ts'

const NAMES = ['btcusdt@trade', 'btcusdt@aggTrade', 'btcusdt@depth@100ms', 'btcusdt@depth', 'btcusdt@bookTicker']
const ROUNDS = 3

let exchange: RunningExchange
let maker: Trader
let taker: Trader
let client: ResumingClient
/** Those that serve, the oldest first. */
const gateways: RunningGateway[] = []
const traffic = { goesOn: true, trades: 0 }
let ended: Promise<void>

beforeAll(async () => {
  exchange = await RunningExchange.start({}, 2)
  gateways.push(exchange.gateway, await exchange.startGateway())
  await exchange.operate('PUT', '/symbols/BTCUSDT/filters', { maxOrders: 0 })
  maker = await exchange.trader({ BTC: '10000', USDT: '100000000' })
  taker = await exchange.trader({ BTC: '10000', USDT: '100000000' })
  client = new ResumingClient(NAMES, maker)
})

afterAll(async () => {
  traffic.goesOn = false
  client?.close()
  await ended
  await exchange.stop()
})

function at(url: string, { account, apiKey, secret }: Trader): Trader {
  return new Trader(url, account, apiKey, secret)
}

/** Orders that trade with each other and that change levels, one after the other, until it is told to stop. */
async function trade(): Promise<void> {
  for (let i = 0; traffic.goesOn; i++) {
    const url = gateways[i % gateways.length]!.url
    const place = async (trader: Trader, side: 'BUY' | 'SELL', price: number): Promise<void> => {
      // What becomes of an order while a gateway goes is not the matter here.
      await at(url, trader)
        .limit(side, '0.01', String(price), { recvWindow: 60_000 })
        .catch(() => undefined)
    }
    await place(maker, 'SELL', 50_000 + (i % 7))
    if (i % 3 > 0) await place(taker, 'BUY', 50_010)
    traffic.trades++
  }
}

/** Resolves after so many more rounds of trading. */
async function more(rounds: number): Promise<void> {
  const target = traffic.trades + rounds
  while (traffic.trades < target) await new Promise<void>((resolve) => void systemTimers.after(5, resolve))
}

/** Replace the oldest gateway, as a roll does: its successor is ready first. The client is moved by the drain. */
async function rollGateway(): Promise<void> {
  gateways.push(await exchange.startGateway())
  const old = gateways.shift()!
  await Promise.all([old.stop(), client.moveTo(gateways.at(-1)!.url)])
}

async function rollLeader(signal: NodeJS.Signals): Promise<void> {
  const index = exchange.engines.findIndex((engine) => engine.hasWritten('"leading"'))
  await exchange.engines[index]!.stop(signal)
  await exchange.startEngine(index)
  await exchange.engines[1 - index]!.line('"leading"')
}

test('every stream and the account are told everything once, across gateways, hand-offs and kills', async () => {
  await client.moveTo(gateways[0]!.url)
  await client.reached(0)
  ended = trade()
  for (let round = 0; round < ROUNDS; round++) {
    await more(5)
    await client.moveTo(gateways[1]!.url)
    await more(3)
    await rollGateway()
    await more(3)
    await rollLeader(round % 2 === 0 ? 'SIGTERM' : 'SIGKILL')
    await client.moveTo(gateways[0]!.url)
  }
  await more(5)
  traffic.goesOn = false
  await ended
  const outcomes = await journalOutcomes(exchange.database.url)
  await client.reached(outcomes.at(-1)!.sequence)
  compare(outcomes)
  expect(client.connections).toBe(2 * (1 + ROUNDS * 3))
}, 180_000)

test('a gateway that has just been started tells what happened before, also after a cold start of the engines', async () => {
  client.close()
  const before = new ResumingClient(NAMES, maker)
  for (const [name, { position }] of client.streams) before.streams.get(name)!.position = position
  before.account.position = client.account.position
  const known = client.account.position!
  traffic.goesOn = true
  ended = trade()
  await more(20)
  traffic.goesOn = false
  await ended
  await Promise.all(exchange.engines.map((engine) => engine.stop('SIGKILL')))
  await exchange.startEngine(0)
  const fresh = await exchange.startGateway()
  gateways.push(fresh)
  await before.moveTo(fresh.url)
  const outcomes = (await journalOutcomes(exchange.database.url)).filter(({ sequence }) => sequence > known)
  const lastEvent = outcomes.findLast(({ events }) => events.length > 0)!
  await before.reached(lastEvent.sequence)
  const told = [...before.streams.values(), before.account]
  expect(told.flatMap(({ snapshots }) => snapshots)).toEqual([])
  const trades = tradesOf(outcomes)
  expect(trades.length).toBeGreaterThan(5)
  expect(before.streams.get('btcusdt@trade')!.events.map(({ t }) => t)).toEqual(trades)
  expect(before.account.events.filter(({ e }) => e === 'executionReport').map(({ I }) => I)).toEqual(
    executionsOf(outcomes, maker.account),
  )
  expect(before.failure).toBeUndefined()
  before.close()
}, 60_000)

test('what is not kept any more is replaced by a snapshot, and goes on from there', async () => {
  for (let i = 0; i < 120; i++) {
    const orders = Array.from({ length: 50 }, () => at(gateways.at(-1)!.url, maker).limit('BUY', '0.01', '30000'))
    await Promise.all(orders)
  }
  await exchange.engine.stop('SIGKILL')
  // So little that it does not reach back to the beginning.
  await exchange.startEngine(0, { RETAINED_BYTES_MAX: String(1 << 20) })
  for (const gateway of gateways.splice(0)) await gateway.stop()
  const gateway = await exchange.startGateway()
  gateways.push(gateway)
  // A gateway that has waited long enough for the past of its markets is ready without it.
  const past = Math.min(1000, tradesOf(await journalOutcomes(exchange.database.url)).length)
  const recent = `${gateway.url}/api/v3/trades?symbol=BTCUSDT&limit=1000`
  while (Object.keys((await fetchReply(recent)).body).length < past);
  const late = new ResumingClient(['btcusdt@depth@100ms', 'btcusdt@trade'], maker)
  for (const each of [...late.streams.values(), late.account]) each.position = 0
  await late.moveTo(gateways[0]!.url)
  await late.reached(1)
  const [book, trades] = [...late.streams.values()].map(({ snapshots }) => snapshots[0]!)
  const depth = await fetchReply(`${gateways[0]!.url}/api/v3/depth?symbol=BTCUSDT&limit=5000`)
  expect(book).toMatchObject({ error: 'resume-too-old', snapshot: depth.body })
  expect(trades!.snapshot!['trades']).toHaveLength(past)
  const [account, orders] = await Promise.all([
    at(gateways[0]!.url, maker).send('GET', '/api/v3/account'),
    at(gateways[0]!.url, maker).send('GET', '/api/v3/openOrders', { symbol: 'BTCUSDT' }),
  ])
  const { balances, openOrders } = late.account.snapshots[0]!.snapshot as {
    balances: { a: string; f: string }[]
    openOrders: object[]
  }
  expect(openOrders).toEqual(orders.body)
  for (const { asset, free } of account.body.balances)
    expect(balances).toContainEqual(expect.objectContaining({ a: asset, f: free }))
  traffic.goesOn = true
  ended = trade()
  await more(10)
  traffic.goesOn = false
  await ended
  const outcomes = await journalOutcomes(exchange.database.url)
  await late.reached(outcomes.findLast(({ events }) => events.length > 0)!.sequence)
  const since = outcomes.filter(({ sequence }) => sequence > trades!.last)
  expect(late.streams.get('btcusdt@trade')!.events.map(({ t }) => t)).toEqual(tradesOf(since))
  expect(late.failure).toBeUndefined()
  late.close()
}, 60_000)

function compare(outcomes: readonly Outcome[]): void {
  const [trades, , fast, slow] = NAMES.map((name) => client.streams.get(name)!)
  expect(trades!.events.map(({ t }) => t)).toEqual(tradesOf(outcomes))
  expect(tradesOf(outcomes).length).toBeGreaterThan(20)
  const updates = outcomes.flatMap(({ events }) =>
    events.flatMap((event) => (event.kind === EventKind.LEVEL ? [event.updateId] : [])),
  )
  for (const { events } of [fast!, slow!]) {
    const diffs = events as unknown as { U: number; u: number }[]
    expect(diffs[0]!.U).toBe(updates[0])
    for (const [i, { U }] of diffs.entries()) if (i > 0) expect(U).toBe(diffs[i - 1]!.u + 1)
    expect(diffs.at(-1)!.u).toBe(updates.at(-1))
  }
  const reports = client.account.events.filter(({ e }) => e === 'executionReport')
  expect(reports.map(({ I }) => I)).toEqual(executionsOf(outcomes, maker.account))
  const all = [...client.streams.values(), client.account]
  expect(all.flatMap(({ snapshots }) => snapshots)).toEqual([])
  expect(client.failure).toBeUndefined()
}

function tradesOf(outcomes: readonly Outcome[]): number[] {
  return outcomes.flatMap(({ events }) =>
    events.flatMap((event) => (event.kind === EventKind.TRADE ? [event.tradeId] : [])),
  )
}

function executionsOf(outcomes: readonly Outcome[], account: number): number[] {
  return outcomes.flatMap(({ events }) =>
    events.flatMap((event) =>
      event.kind === EventKind.EXECUTION && event.order.account === account ? [event.executionId] : [],
    ),
  )
}
