import { Side } from '@uptick/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NumberedClient } from '../../testing/numbered-client.ts'
import { type OutcomeScript, ScriptedShard } from '../../testing/scripted-shard.ts'
import { VirtualTime } from '@uptick/runtime/testing'
import { followFeed } from './follow-feed.ts'
import { noHistory } from '../market/history-source.ts'
import { parseStreamName } from './stream-name.ts'
import { PastLostError, type ReadPast } from '../feed/feed-memory.ts'

const EXECUTION = 1

const settled = async (): Promise<void> => {
  for (let i = 0; i < 30; i++) await Promise.resolve()
}

/** Two gateways on one shard, whose clocks tick at different moments. The second may begin later. */
async function build(readPast: ReadPast = () => Promise.reject(new Error('there is no past'))) {
  const shard = new ScriptedShard()
  const time = new VirtualTime(shard.time)
  const options = { link: shard, history: noHistory, readPast, clock: time, timers: time, log: () => {} }
  const gateways = [followFeed(options), followFeed(options)] as const
  shard.connect()
  await settled()
  /** Let 50 ms pass; the gateways tick in turn. */
  let turn = 0
  const pass = (): void => {
    time.advanceNow(50)
    shard.time += 50_000
    const gateway = gateways[turn++ % 2]!
    gateway.tick(time.now())
  }
  const listen = (at: number, name: string, client: NumberedClient): (() => void) =>
    gateways[at]!.streams.resume(parseStreamName(name)!, client, client.position)
  const account = (at: number, client: NumberedClient): (() => void) =>
    gateways[at]!.accounts.resume(1, 0, client, client.position)
  return { shard, time, gateways, pass, listen, account }
}

/** What happens: outcomes with trades, levels and executions, time that passes, and moves to the other gateway. */
const history = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        what: fc.constant('outcomes' as const),
        frame: fc.array(fc.nat(6), { minLength: 1, maxLength: 5 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ what: fc.constant('time' as const) }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('move' as const), away: fc.nat(3) }) },
  ),
  { minLength: 5, maxLength: 60 },
)

describe('numbered streams', () => {
  test('of trades and executions bring every event once, whenever a client moves between gateways', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const { shard, pass, listen, account } = await build()
        const names = ['btcusdt@trade', 'btcusdt@aggTrade', 'btcusdt@depth@100ms', 'btcusdt@depth'] as const
        const clients = names.map(() => new NumberedClient())
        const owner = new NumberedClient()
        let at = 0
        const connect = () => [...clients.map((client, i) => listen(at, names[i]!, client)), account(at, owner)]
        let leave = connect()
        let trades = 0
        let executions = 0
        let away = 0
        for (const step of steps) {
          if (step.what === 'time') pass()
          else if (step.what === 'move' && away === 0) {
            for (const end of leave) end()
            at = 1 - at
            away = step.away
            if (away === 0) leave = connect()
          } else if (step.what === 'outcomes') {
            shard.frame(
              step.frame.map((dice) => (script) => {
                for (let i = 0; i < dice % 3; i++) {
                  script.trade(0, 100 + i, 5)
                  trades++
                }
                if (dice > 1) script.level(0, dice % 2 === 0 ? Side.BUY : Side.SELL, 1 + dice, dice - 2)
                if (dice === 5) script.trade(1, 7, 1)
                if (dice > 3) {
                  script.execution(EXECUTION, { account: 1, symbol: 0, orderId: ++executions })
                  script.balance(1, 0, executions, 0)
                }
              }),
            )
            if (away > 0 && --away === 0) leave = connect()
          }
          // A connected client gets its messages at once, or only after it reconnects.
          await settled()
        }
        if (away > 0) connect()
        await settled()
        for (let i = 0; i < 44; i++) pass()
        expect(clients[0]!.events.map(({ t }) => t)).toEqual(Array.from({ length: trades }, (_, i) => i + 1))
        const aggregates = clients[1]!.events as unknown as { f: number; l: number }[]
        for (const [i, { f }] of aggregates.entries()) expect(f).toBe(i === 0 ? 1 : aggregates[i - 1]!.l + 1)
        expect(aggregates.at(-1)?.l ?? 0).toBe(trades)
        for (const client of [clients[2]!, clients[3]!]) {
          const diffs = client.events as unknown as { U: number; u: number }[]
          for (const [i, { U }] of diffs.entries()) expect(U).toBe(i === 0 ? 1 : diffs[i - 1]!.u + 1)
          expect(diffs.at(-1)?.u ?? 0).toBe(shard.books[0]!.updateId)
        }
        const reports = owner.events.filter(({ e }) => e === 'executionReport')
        expect(reports.map(({ i }) => i)).toEqual(Array.from({ length: executions }, (_, i) => i + 1))
        expect(owner.events.filter(({ e }) => e === 'outboundAccountPosition')).toHaveLength(executions)
        expect([...clients, owner].map(({ snapshots, restarts }) => snapshots.length + restarts)).toEqual([
          0, 0, 0, 0, 0,
        ])
      }),
      { numRuns: 150 },
    )
  })

  test('of states bring the newest, numbered like the others', async () => {
    const { shard, pass, listen } = await build()
    const names = [
      'bookTicker',
      'ticker',
      'miniTicker',
      'avgPrice',
      'kline_1s',
      'kline_1m',
      'depth5@100ms',
      'ticker_1h',
    ]
    const clients = names.map(() => new NumberedClient())
    let leave = clients.map((client, i) => listen(0, `btcusdt@${names[i]}`, client))
    const all = new NumberedClient()
    listen(0, '!miniTicker@arr', all)
    shard.outcome((script) => {
      script.trade(0, 100, 5)
      script.level(0, Side.BUY, 99, 1)
    })
    await settled()
    for (let i = 0; i < 44; i++) pass()
    for (const [i, client] of clients.entries()) expect(client.events.length, names[i]).toBeGreaterThan(0)
    expect(all.events.flat().length).toBeGreaterThan(0)
    const seconds = clients[names.indexOf('kline_1s')]!
    const closedBefore = seconds.events.filter((event) => (event['k'] as { x: boolean }).x).length
    for (const end of leave) end()
    // Ten seconds later on the other gateway.
    for (let i = 0; i < 10; i++) {
      shard.outcome((script) => script.trade(0, 100 + i, 5))
      for (let j = 0; j < 20; j++) pass()
    }
    const before = clients.map((client) => client.events.length)
    leave = clients.map((client, i) => listen(1, `btcusdt@${names[i]}`, client))
    await settled()
    for (let i = 0; i < 44; i++) pass()
    for (const [i, client] of clients.entries()) {
      // The best prices and levels are what they were.
      const isKnown = ['bookTicker', 'depth5@100ms'].includes(names[i]!)
      expect(client.events.length > before[i]!, names[i]).toBe(!isKnown)
      expect(client.restarts).toBe(0)
    }
    const candles = seconds.events.map((event) => event['k'] as { t: number; x: boolean }).filter(({ x }) => x)
    expect(candles.length).toBeGreaterThan(closedBefore + 9)
    for (const [i, { t }] of candles.entries()) if (i > 0) expect(t).toBe(candles[i - 1]!.t + 1000)
    for (const end of leave) end()
  })

  test('tell a client to whom nothing happens how far it is', async () => {
    const { shard, pass, listen, account } = await build()
    const [quiet, owner] = [new NumberedClient(), new NumberedClient()]
    listen(0, 'ethusdt@trade', quiet)
    account(0, owner)
    shard.outcome((script) => script.trade(0, 100, 5))
    for (let i = 0; i < 480; i++) pass()
    for (const client of [quiet, owner]) {
      expect(client.events).toEqual([])
      expect(client.position).toBe(shard.sequence)
      expect(client.messages.length).toBeLessThan(5)
    }
  })

  test('go on from the middle of a frame of the feed', async () => {
    const { shard, pass, listen } = await build()
    const trade = (script: OutcomeScript): void => void script.trade(0, 100, 5)
    shard.frame([trade, trade, trade, trade])
    const client = new NumberedClient()
    client.position = shard.sequence - 2
    listen(1, 'btcusdt@trade', client)
    await settled()
    pass()
    expect(client.events.map(({ t }) => t)).toEqual([3, 4])
    expect(client.position).toBe(shard.sequence)
  })

  test('wait for a client that reads slowly what it missed', async () => {
    const { shard, time, pass, listen } = await build()
    const client = new NumberedClient()
    listen(0, 'btcusdt@trade', client)()
    for (let i = 0; i < 20; i++) shard.outcome((script) => script.trade(0, 100, 5))
    client.isCongested = true
    listen(1, 'btcusdt@trade', client)
    await settled()
    expect(client.events).toHaveLength(1)
    shard.outcome((script) => script.trade(0, 100, 5))
    client.isCongested = false
    time.advanceNow(10)
    await settled()
    pass()
    expect(client.events.map(({ t }) => t)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1))
  })

  test('bring nothing twice that another gateway sent first', async () => {
    const { shard, pass, gateways } = await build()
    const client = new NumberedClient()
    shard.outcome((script) => script.trade(0, 100, 5))
    // It got two outcomes that have not reached this gateway yet.
    client.position = shard.sequence + 2
    gateways[0].streams.resume(parseStreamName('btcusdt@trade')!, client, client.position)
    await settled()
    for (let i = 0; i < 3; i++) {
      shard.outcome((script) => script.trade(0, 100, 5))
      pass()
      pass()
    }
    expect(client.events.map(({ t }) => t)).toEqual([4])
    expect(client.snapshots).toEqual([])
  })

  test('answer an unknown position with a snapshot', async () => {
    const { shard, pass, listen } = await build()
    const client = new NumberedClient()
    shard.outcome((script) => script.trade(0, 100, 5))
    client.position = 1_000_000
    listen(0, 'btcusdt@trade', client)
    await settled()
    for (let i = 0; i < 120; i++) pass()
    await settled()
    expect(client.snapshots).toMatchObject([{ error: 'resume-unknown', snapshot: { trades: [{ t: 1 }] } }])
    shard.outcome((script) => script.trade(0, 100, 5))
    expect(client.events.map(({ t }) => t)).toEqual([2])
  })

  test('replace what is gone by a snapshot, and continue from there', async () => {
    const { shard, pass, listen, account } = await build(() => Promise.reject(new PastLostError('gone')))
    const clients = ['trade', 'aggTrade', 'depth@100ms', 'kline_1m'].map((topic) => ({
      topic,
      client: new NumberedClient(),
    }))
    for (const { topic, client } of clients) listen(0, `btcusdt@${topic}`, client)()
    const position = shard.sequence
    const happen = (): void => {
      shard.outcome((script) => {
        script.trade(0, 100, 5)
        script.level(0, Side.BUY, 99, 1)
      })
    }
    happen()
    shard.time += 61_000_000
    happen()
    for (const { topic, client } of clients) {
      client.position = position
      listen(1, `btcusdt@${topic}`, client)
    }
    const owner = new NumberedClient()
    owner.position = position
    account(1, owner)
    await settled()
    const shapes = clients.map(({ client }) =>
      client.snapshots.map(({ error, snapshot }) => [error, ...Object.keys(snapshot!)]),
    )
    expect(shapes).toEqual([
      [['resume-too-old', 'trades']],
      [['resume-too-old', 'trades']],
      [['resume-too-old', 'lastUpdateId', 'bids', 'asks']],
      [['resume-too-old', 'candles']],
    ])
    happen()
    pass()
    pass()
    expect(clients[0]!.client.events.map(({ t }) => t)).toEqual([3])
    expect(clients[2]!.client.events).toMatchObject([{ U: 3, u: 3 }])
  })

  test('are told to reconnect when the feed has a gap', async () => {
    const { shard, listen, account } = await build()
    const [client, owner] = [new NumberedClient(), new NumberedClient()]
    listen(0, 'btcusdt@trade', client)
    account(0, owner)
    shard.frame([(script) => void script.trade(0, 100, 5)], false)
    shard.reset()
    expect([client.restarts, owner.restarts]).toEqual([1, 1])
  })
})
