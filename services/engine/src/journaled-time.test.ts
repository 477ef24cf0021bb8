import { ClientId, CommandKind, Side } from '@uptick/core'
import { listing } from '@uptick/core/testing'
import { expect, test } from 'vitest'
import { commandsFrame, member, type Member } from './simulation/memory-cluster.ts'
import { JournalStore } from './simulation/memory-journal.ts'

const SESSION = 77
const HOUR = 3_600_000_000
const open = { kind: CommandKind.OPEN_SESSION }

function orderOf(number: number, firstSent: number): object {
  const clientId = new ClientId()
  clientId.set(`order ${number}`)
  const order = { symbol: 0, account: 1, side: Side.BUY, price: 5, quantity: 1 }
  return { kind: CommandKind.PLACE, number, clientId, firstSent, ...order }
}

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
  const asset = (number: number, code: string): object => ({
    kind: CommandKind.ADD_ASSET,
    number,
    text: JSON.stringify({ code, decimals: 0 }),
  })
  const symbol = { kind: CommandKind.ADD_SYMBOL, number: 3, text: JSON.stringify(listing('BTCUSD', 'BTC', 'USD')) }
  const account = { kind: CommandKind.ADD_ACCOUNT, number: 4, text: 'alice' }
  const deposit = { kind: CommandKind.DEPOSIT, number: 5, account: 1, asset: 1, amount: 1_000n }
  await give(open, asset(1, 'BTC'), asset(2, 'USD'), symbol, account, deposit)
  ahead = HOUR
  await give(orderOf(6, time.now()))
  ahead = 0
  await give(orderOf(7, time.now()))
  expect(gateway.outcomes().slice(-3)).toEqual(['5 0', '6 0', '7 0'])
  expect(engine.leader!.exchange.time).toBeLessThan(time.now() + 1_000_000)
})
