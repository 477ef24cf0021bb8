import { CommandKind } from '@uptick/core'
import { FrameType } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { commandsFrame, started, type Member } from '../testing/memory-cluster.ts'
import { JournalStore } from '../testing/journal-store.ts'

const SESSION = 77
const open = { kind: CommandKind.OPEN_SESSION }
const account = (number: number) => ({ kind: CommandKind.ADD_ACCOUNT, number, text: `account ${number}` })

/** A leader whose last batch is lost, and that has just found that out; `before`: where the journal ended. */
async function halted(store: JournalStore): Promise<{ member: Member; before: number }> {
  const member = await started(store)
  const gateway = member.link()
  gateway.hello(SESSION, 0)
  gateway.give(commandsFrame(SESSION, [open, account(1)]))
  await member.time.turn()
  const before = store.last
  store.lose(1)
  gateway.give(commandsFrame(SESSION, [account(2)]))
  await member.time.advance(500)
  return { member, before }
}

test('a member that repairs the journal answers first, and restarts afterwards', async () => {
  const store = new JournalStore()
  const { member, before } = await halted(store)
  expect(member.engine.role).toBe('halted')
  await member.time.advance(500)
  const operator = member.link()
  operator.hello(0)
  operator.ask(1, { kind: 'repair' })
  await member.time.advance(5)
  expect(operator.of(FrameType.ANSWER).map(({ body }) => body)).toEqual([{ appended: 1 }])
  expect(store.last).toBe(before)
  await member.time.advance(500)
  expect(member.failures).toEqual([])
  await member.time.advance(2000)
  expect(member.failures).toEqual(['no longer halted'])
})

test('a halt that a fail-over has lost is repeated by a member that misses rows', async () => {
  const store = new JournalStore()
  const { member } = await halted(store)
  expect(store.lease.halted).not.toBe('')
  const { epoch } = store
  store.lease.halted = ''
  await member.time.advance(2_000)
  expect([member.engine.role, member.failures]).toEqual(['halted', []])
  expect(store.lease.halted).toMatch(/the journal ends at 0, our state at 2$/)
  expect(store.epoch).toBeGreaterThan(epoch)
})
