import { CommandKind } from '@uptick/core'
import { Introduction, parseLinkKeys, type LinkKeys } from '@uptick/link'
import { encodeHello, encodeJoin, encodeQuery, FrameType, LinkRole } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { HELLO_MS_MAX, INTRODUCTION_MS_MAX, STRANGER_BYTES_MAX } from './limits.ts'
import { commandsFrame, started, type Member } from '../testing/memory-cluster.ts'
import { JournalStore } from '../testing/journal-store.ts'
import type { MemoryLink } from '../testing/memory-link.ts'

const known = parseLinkKeys('the-secret-that-both-ends-of-a-link-know')
const keys: LinkKeys = () => known
const SESSION = 7

const { PLACE, CANCEL, CANCEL_ALL, CANCEL_REPLACE, AMEND, AMEND_KEEP_PRIORITY } = CommandKind
const trading: readonly number[] = [PLACE, CANCEL, CANCEL_ALL, CANCEL_REPLACE, AMEND, AMEND_KEEP_PRIORITY]
/** The commands of a session itself. */
const sessional: readonly number[] = [CommandKind.OPEN_SESSION, CommandKind.END_SESSION, CommandKind.TICK]
const internal: readonly number[] = [CommandKind.CONTINUE, CommandKind.EXPIRE_SESSION]

/** An engine that leads and accepts no peer without a proof. */
function leading(): Promise<Member> {
  return started(new JournalStore(), { door: { keys, isOptional: false } })
}

/** A connection that has proved this role. */
function proven({ link }: Member, role: LinkRole): MemoryLink {
  const connection = link()
  const introduction = new Introduction(role, keys)
  connection.give(introduction.open())
  const proof = introduction.answer(connection.raw.at(-1)!)
  if (typeof proof === 'string') throw new Error(proof)
  connection.give(proof)
  return connection
}

async function linked(member: Member, role: LinkRole): Promise<MemoryLink> {
  const connection = proven(member, role)
  connection.hello(SESSION, 1)
  connection.give(commandsFrame(SESSION, [{ kind: CommandKind.OPEN_SESSION }]))
  await member.time.advance(100)
  expect(connection.closedWith).toBeUndefined()
  return connection
}

const join = encodeJoin(1, { holder: 'stranger', url: 'ws://evil/link', behaviours: [], batchVersions: [] })
const deposit = commandsFrame(SESSION, [{ kind: CommandKind.DEPOSIT, number: 1, account: 1, asset: 0, amount: 1n }])

test.each([
  ['HELLO', encodeHello({ instance: 'x', session: SESSION, feedFrom: 1 })],
  ['a question', encodeQuery(1, { kind: 'account', account: 1 })],
  ['a deposit', deposit],
  ['JOIN', join],
])('a stranger that begins with %s gets no answer and is disconnected', async (_what, frame) => {
  const member = await leading()
  const connection = member.link()
  connection.give(frame)
  connection.give(deposit)
  await member.time.advance(100)
  expect(connection.closedWith).toMatchObject({ code: 1008, reason: 'prove who you are first' })
  expect(connection.frames).toEqual([])
  expect(member.engine.leader!.exchange.sequence).toBe(0)
  expect(member.engine.leader!.members.count).toBe(0)
})

test('a stranger has little time and little room, and is no stranger once it has proved what it is', async () => {
  const member = await leading()
  const silent = member.link()
  const slow = member.link()
  slow.give(new Introduction(LinkRole.GATEWAY, keys).open())
  const long = member.link()
  long.give(new Uint8Array(STRANGER_BYTES_MAX + 8))
  expect(long.closedWith?.code).toBe(1008)
  const gateway = proven(member, LinkRole.GATEWAY)
  await member.time.advance(INTRODUCTION_MS_MAX + 1)
  for (const { closedWith } of [silent, slow]) {
    expect(closedWith).toMatchObject({ code: 1008, reason: 'did not prove who it is in time' })
  }
  expect(gateway.closedWith).toBeUndefined()
  await member.time.advance(HELLO_MS_MAX)
  expect(gateway.closedWith).toMatchObject({ code: 1008, reason: 'no HELLO' })
})

/** The rule: traders trade, operators administer, and no peer sends what the sequencer writes. */
const rule: readonly (readonly [LinkRole, (kind: number) => boolean])[] = [
  [LinkRole.GATEWAY, (kind) => trading.includes(kind) || sessional.includes(kind)],
  [LinkRole.OPERATOR, (kind) => !trading.includes(kind) && !internal.includes(kind)],
]
const everyKind = Object.entries(CommandKind)
const cases = rule.flatMap(([role, may]) =>
  everyKind.map(([name, kind]) => ({ role, name, kind, isAllowed: may(kind) })),
)

test.each(cases)('role $role, $name: allowed $isAllowed', async ({ role, kind, isAllowed }) => {
  const member = await leading()
  const connection = await linked(member, role)
  const before = member.engine.leader!.exchange.sequence
  // Among others, at the end of a frame.
  connection.give(
    commandsFrame(SESSION, [
      { kind: CommandKind.TICK, number: 1 },
      { kind, number: 2 },
    ]),
  )
  await member.time.advance(100)
  if (isAllowed) expect(connection.closedWith).toBeUndefined()
  else expect(connection.closedWith?.code).toBe(1008)
  expect(member.engine.leader!.exchange.sequence > before, 'whole frame or nothing').toBe(isAllowed)
})

test('a link sends commands of its own session, and of no other', async () => {
  const member = await leading()
  for (const session of [SESSION + 1, 0]) {
    const connection = await linked(member, LinkRole.OPERATOR)
    connection.give(commandsFrame(session, [{ kind: CommandKind.TICK, number: 1 }]))
    expect(connection.closedWith?.code).toBe(1008)
  }
})

test('questions of operators are answered to operators alone, by a leader and by a standby', async () => {
  const member = await leading()
  for (const kind of ['totals', 'accounts', 'handOff', 'lost', 'repair', 'release']) {
    const gateway = await linked(member, LinkRole.GATEWAY)
    gateway.ask(1, { kind })
    await member.time.advance(100)
    expect(gateway.closedWith?.code, kind).toBe(1008)
    expect(gateway.of(FrameType.ANSWER)).toEqual([])
    const operator = await linked(member, LinkRole.OPERATOR)
    operator.ask(1, { kind })
    await member.time.advance(100)
    expect(operator.of(FrameType.ANSWER)).toHaveLength(1)
  }
})

test('a member joins and asks, and sends no commands; no other role joins', async () => {
  const member = await leading()
  const standby = proven(member, LinkRole.MEMBER)
  standby.give(encodeJoin(1, { holder: 'standby', url: 'memory://2', behaviours: [], batchVersions: [] }))
  expect(member.engine.leader!.members.count).toBe(1)
  const asking = proven(member, LinkRole.MEMBER)
  asking.hello(0)
  asking.ask(1, { kind: 'status' })
  await member.time.advance(100)
  expect(asking.of(FrameType.ANSWER)).toHaveLength(1)
  const sending = proven(member, LinkRole.MEMBER)
  sending.hello(SESSION)
  expect(sending.closedWith?.code).toBe(1008)
  for (const role of [LinkRole.GATEWAY, LinkRole.OPERATOR]) {
    const pretender = proven(member, role)
    pretender.give(join)
    expect(pretender.closedWith?.code).toBe(1008)
  }
  expect(member.engine.leader!.members.count).toBe(1)
})

test('where the settings say so, a release without handshake links as it did, and one with it proves itself', async () => {
  const member = await started(new JournalStore(), { door: { keys, isOptional: true } })
  const old = member.link()
  old.hello(SESSION, 1)
  old.give(commandsFrame(SESSION, [{ kind: CommandKind.OPEN_SESSION }, { kind: CommandKind.ADD_ACCOUNT, number: 1 }]))
  await member.time.advance(100)
  expect(old.closedWith).toBeUndefined()
  expect(member.engine.leader!.exchange.sequence).toBe(2)
  old.give(commandsFrame(SESSION, [{ kind: CommandKind.CONTINUE, number: 2 }]))
  expect(old.closedWith?.code).toBe(1008)
  const gateway = await linked(member, LinkRole.GATEWAY)
  gateway.give(deposit)
  expect(gateway.closedWith?.code).toBe(1008)
})
