import { ClientId, CommandKind, Reject, Side } from '@uptick/core'
import { listing } from '@uptick/core/testing'
import { createMetrics } from '@uptick/runtime'
import { describe, expect, test } from 'vitest'
import { exposeEngine } from './metrics.ts'
import { commandsFrame, member, type Member } from '../testing/memory-cluster.ts'
import { JournalStore } from '../testing/memory-journal.ts'

const SESSION = 77
const MINUTE = 60_000_000
const HOUR = 60 * MINUTE
const open = { kind: CommandKind.OPEN_SESSION }

function orderOf(number: number, firstSent: number): object {
  const clientId = new ClientId()
  clientId.set(`order ${number}`)
  const order = { symbol: 0, account: 1, side: Side.BUY, price: 5, quantity: 1 }
  return { kind: CommandKind.PLACE, number, clientId, firstSent, ...order }
}

const asset = (number: number, code: string): object => ({
  kind: CommandKind.ADD_ASSET,
  number,
  text: JSON.stringify({ code, decimals: 0 }),
})
const symbol = { kind: CommandKind.ADD_SYMBOL, number: 3, text: JSON.stringify(listing('BTCUSD', 'BTC', 'USD')) }
const account = { kind: CommandKind.ADD_ACCOUNT, number: 4, text: 'alice' }
const deposit = { kind: CommandKind.DEPOSIT, number: 5, account: 1, asset: 1, amount: 1_000n }
const listed = [open, asset(1, 'BTC'), asset(2, 'USD'), symbol, account, deposit]

test('the leader’s clock is an hour ahead for one batch: idempotent orders are taken afterwards', async () => {
  let ahead = 0
  const clock = { now: () => shard.time.now() + ahead, elapsed: () => shard.time.elapsed() }
  const shard: Member = member(new JournalStore(), { clock })
  const { engine, time } = shard
  const starting = engine.start()
  await time.advance(100)
  await starting
  const gateway = shard.link()
  gateway.hello(SESSION, 0)
  const give = async (...commands: readonly object[]): Promise<void> => {
    gateway.give(commandsFrame(SESSION, commands))
    await time.advance(10)
  }
  await give(...listed)
  ahead = HOUR
  await give(orderOf(6, time.now()))
  ahead = 0
  await give(orderOf(7, time.now()))
  expect(gateway.outcomes().slice(-3)).toEqual(['5 0', '6 0', '7 0'])
  expect(engine.leader!.exchange.time).toBeLessThan(time.now() + 1_000_000)
})

describe('a release before had a wrong clock, and journaled time is ahead', () => {
  /** A leader with the right clock, on a journal that was led by one which was so far ahead, µs; and what it answers. */
  async function after(aheadBy: number): Promise<{ shard: Member; place: (...orders: object[]) => Promise<string[]> }> {
    const store = new JournalStore()
    const before = member(store)
    before.time.wall += aheadBy
    await lead(before)
    const early = before.link()
    early.hello(SESSION, 0)
    early.give(commandsFrame(SESSION, listed))
    await before.time.advance(10)
    before.journal.down = new Error('it has ended')
    store.alive.clear()
    store.lease.expiresAt = -Infinity
    const shard = member(store)
    await lead(shard)
    const gateway = shard.link()
    gateway.hello(SESSION, 0)
    const place = async (...orders: object[]): Promise<string[]> => {
      gateway.give(commandsFrame(SESSION, orders))
      await shard.time.advance(10)
      return gateway.outcomes().slice(-orders.length)
    }
    return { shard, place }
  }

  async function lead({ engine, time }: Member): Promise<void> {
    void engine.start()
    for (let turns = 0; turns < 20; turns++) await time.advance(10)
    expect(engine.role).toBe('leading')
  }

  test('by less than replies are kept: no client notices', async () => {
    const { shard, place } = await after(9 * MINUTE)
    expect(await place(orderOf(6, shard.time.now()))).toEqual(['6 0'])
  })

  test('by more: idempotent orders are refused and others are not, until the clocks have come near', async () => {
    const { shard, place } = await after(HOUR)
    expect(await place(orderOf(6, shard.time.now()), orderOf(7, 0))).toEqual([`6 ${Reject.RETRY_TOO_OLD}`, '7 0'])
    shard.time.wall += HOUR - 9 * MINUTE
    expect(await place(orderOf(8, shard.time.now()))).toEqual(['8 0'])
  })

  test('a metric says by how much', async () => {
    const { shard } = await after(HOUR)
    const registry = createMetrics({ service: 'engine', defaults: false })
    exposeEngine(registry, () => shard.engine, 'journal', shard.time)
    expect(await registry.metrics()).toMatch(/^engine_time_ahead_seconds\{.*\} 3600$/m)
    shard.time.wall += 2 * HOUR
    expect(await registry.metrics()).toMatch(/^engine_time_ahead_seconds\{.*\} 0$/m)
  })
})
