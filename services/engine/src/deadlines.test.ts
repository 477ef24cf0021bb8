import { CommandKind, Reject } from '@uptick/core'
import { FrameType } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { commandsFrame, started, type Member } from '../testing/memory-cluster.ts'
import { JournalStore } from '../testing/memory-journal.ts'
import type { MemoryLink } from '../testing/memory-link.ts'

const SESSION = 77
const open = { kind: CommandKind.OPEN_SESSION }
const account = (number: number) => ({ kind: CommandKind.ADD_ACCOUNT, number, text: `account ${number}` })

/** A gateway with a session, and what the leader's clock showed when it was welcomed. */
async function linked({ link, time }: Member, session = SESSION): Promise<{ gateway: MemoryLink; elapsed: number }> {
  const gateway = link()
  gateway.hello(session, 0)
  gateway.give(commandsFrame(session, [open]))
  await time.turn()
  const { extras } = gateway.of(FrameType.WELCOME)[0]!
  return { gateway, elapsed: (extras as { elapsed: number }).elapsed }
}

test('what comes after its deadline is not executed, and takes its number', async () => {
  const late: number[] = []
  const observer = {
    batch: () => undefined,
    committed: () => undefined,
    handedOff: () => undefined,
    snapshot: () => undefined,
    late: (count: number) => void late.push(count),
  }
  const shard = await started(new JournalStore(), { observer })
  const { gateway, elapsed } = await linked(shard)
  await shard.time.advance(100)
  gateway.give(commandsFrame(SESSION, [account(1)], elapsed + 101))
  await shard.time.advance(1)
  gateway.give(commandsFrame(SESSION, [account(2), account(3)], elapsed + 101))
  gateway.give(commandsFrame(SESSION, [account(4)]))
  await shard.time.turn()
  const refused = String(Reject.UNKNOWN_COMMAND)
  expect(gateway.outcomes()).toEqual(['0 0', '1 0', `2 ${refused}`, `3 ${refused}`, '4 0'])
  expect(shard.engine.leader!.exchange.counts().accounts).toBe(2)
  expect(late).toEqual([2])
})

test('the deadline counts when it is sequenced, however long it waited here', async () => {
  const shard = await started(new JournalStore())
  const [{ gateway, elapsed }, { gateway: other }] = [await linked(shard), await linked(shard, SESSION + 1)]
  shard.journal.holding = true
  // Two appends are under way; the third waits, behind one of a link that is lost meanwhile.
  for (const command of [account(1), account(2)]) {
    gateway.give(commandsFrame(SESSION, [command], elapsed + 50))
    await shard.time.turn()
  }
  other.give(commandsFrame(SESSION + 1, [account(1)]))
  gateway.give(commandsFrame(SESSION, [account(3)], elapsed + 50))
  gateway.give(commandsFrame(SESSION, [account(4)], elapsed + 500))
  other.close(1000, 'gone')
  await shard.time.advance(100)
  shard.journal.holding = false
  shard.journal.settle()
  await shard.time.turn()
  expect(gateway.outcomes().slice(-4)).toEqual(['1 0', '2 0', `3 ${Reject.UNKNOWN_COMMAND}`, '4 0'])
})

test('a number that was executed is answered by its reply, also after the deadline; one that was late stays late', async () => {
  const shard = await started(new JournalStore())
  const { gateway, elapsed } = await linked(shard)
  gateway.give(commandsFrame(SESSION, [account(1)], elapsed + 50))
  gateway.give(commandsFrame(SESSION, [account(2)], elapsed - 50))
  await shard.time.turn()
  gateway.give(commandsFrame(SESSION, [account(1)], elapsed - 50))
  gateway.give(commandsFrame(SESSION, [account(2)], elapsed + 50))
  await shard.time.turn()
  const refused = String(Reject.UNKNOWN_COMMAND)
  expect(gateway.outcomes()).toEqual(['0 0', '1 0', `2 ${refused}`, '1 0 repeated', `2 ${refused} repeated`])
})

test('a question about the clock is answered with the clock of the deadlines', async () => {
  const shard = await started(new JournalStore())
  const { gateway } = await linked(shard)
  await shard.time.advance(250)
  gateway.ask(1, { kind: 'clock' })
  await shard.time.turn()
  expect(gateway.of(FrameType.ANSWER)).toMatchObject([{ id: 1, body: { elapsed: shard.time.elapsed() } }])
})

test('a clock that is asked for while nothing can be written is old by nothing that it waited for', async () => {
  const shard = await started(new JournalStore())
  const { gateway } = await linked(shard)
  shard.journal.holding = true
  gateway.give(commandsFrame(SESSION, [account(1)]))
  await shard.time.turn()
  gateway.ask(1, { kind: 'clock' })
  await shard.time.turn()
  const askedAt = shard.time.elapsed()
  await shard.time.advance(1_000)
  shard.journal.settle()
  await shard.time.turn()
  expect(gateway.of(FrameType.ANSWER)).toMatchObject([{ id: 1, sequence: 1, body: { elapsed: askedAt } }])
})

test('a clock that is asked for while the lease is not certain is the one that there is when it is', async () => {
  const shard = await started(new JournalStore())
  const { gateway } = await linked(shard)
  shard.journal.down = new Error('away')
  await shard.time.advance(2_000)
  gateway.ask(1, { kind: 'clock' })
  await shard.time.advance(500)
  expect(gateway.of(FrameType.ANSWER)).toEqual([])
  shard.journal.down = undefined
  await shard.time.advance(100)
  const { body } = gateway.of(FrameType.ANSWER)[0]!
  expect((body as { elapsed: number }).elapsed).toBeGreaterThan(shard.time.elapsed() - 100)
})
