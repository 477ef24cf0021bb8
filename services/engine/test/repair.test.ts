import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CommandKind } from '@uptick/core'
import { JournalHaltedError, openJournal } from '@uptick/journal'
import { createDatabase } from '@uptick/journal/testing'
import { Client } from 'pg'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { OPENING, startEngine, untilRole, type RunningEngine } from './running-engine.ts'
import { TestGateway } from './test-gateway.ts'

const database = await createDatabase()
const running: RunningEngine[] = []

afterEach(async () => {
  for (const engine of running.splice(0)) await engine.stop()
})
afterAll(() => database.drop())

async function start(): Promise<RunningEngine> {
  const started = await startEngine(database.url)
  running.push(started)
  return started
}

/** A gateway that has had twenty accounts added, each durable before the next. */
async function openAccounts({ url }: RunningEngine): Promise<TestGateway> {
  const gateway = await TestGateway.connect(url, 5)
  gateway.openSession()
  for (let number = 1; number <= 20; number++) {
    gateway.send([{ kind: CommandKind.ADD_ACCOUNT, number, text: `account ${number}` }])
    await gateway.untilReplied(number)
  }
  return gateway
}

/** What a fail-over to a replica that was behind does to the journal. */
async function loseFrom(url: string, sequence: number): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query('BEGIN')
  await client.query('DELETE FROM journal_batch WHERE first_sequence >= $1', [sequence])
  await client.query('UPDATE journal_head SET last = $1', [sequence - 1])
  await client.query('COMMIT')
  await client.end()
}

test('a leader of a journal that lost rows is stopped by the member that it has fenced', async () => {
  const own = await createDatabase()
  const leader = await startEngine(own.url)
  running.push(leader)
  const gateway = await openAccounts(leader)
  await loseFrom(own.url, OPENING + 11)
  // A member that has just started does not know that, claims, and continues past what was lost.
  const fresh = openJournal(own.url, { shard: 0 })
  const { epoch, last } = await fresh.takeOver()
  const appended = { epoch, first: last + 1, last: last + 30, payload: Buffer.from('something else') }
  expect(await fresh.append(appended)).toBe('appended')
  gateway.send([{ kind: CommandKind.ADD_ACCOUNT, number: 21, text: 'account 21' }])
  await untilRole(leader, 'halted')
  expect(leader.failures).toEqual([])
  // Until the halt is written, it may append; the same batch once more would always count as written.
  let end = last + 30
  await vi.waitFor(() => {
    end++
    return expect(fresh.append({ ...appended, first: end, last: end })).rejects.toBeInstanceOf(JournalHaltedError)
  })
  await fresh.close()
  await gateway.hangUp()
  await leader.stop()
  running.splice(0)
  await own.drop()
})

test('halted, and every engine started anew: what one of them had kept repairs the journal', async () => {
  const own = await createDatabase()
  const evidence = mkdtempSync(join(tmpdir(), 'uptick-held-'))
  const leader = await startEngine(own.url, {}, { EVIDENCE_FOLDER: evidence })
  running.push(leader)
  const gateway = await openAccounts(leader)
  const hash = leader.engine.leader!.exchange.runningHash()
  await loseFrom(own.url, OPENING + 11)
  gateway.send([{ kind: CommandKind.ADD_ACCOUNT, number: 21, text: 'account 21' }])
  await untilRole(leader, 'halted')
  await gateway.hangUp()
  await leader.stop()

  const again = await startEngine(own.url, {}, { EVIDENCE_FOLDER: evidence })
  running.splice(0, 1, again)
  expect(again.engine.role).toBe('standby')
  const operator = await TestGateway.connect(again.url, 0, -1)
  await vi.waitFor(() => expect(again.engine.heldThrough).toBe(OPENING + 21))
  expect((await operator.ask({ kind: 'lost' })).body).toEqual({ lost: 11, through: OPENING + 21 })
  expect((await operator.ask({ kind: 'repair' })).body).toEqual({ appended: 11 })
  await operator.hangUp()
  await untilRole(again, 'leading')
  expect(again.engine.leader?.exchange.sequence).toBe(OPENING + 21)
  expect(again.engine.leader?.exchange.runningHash()).toBe(hash)
  await vi.waitFor(() => expect(existsSync(join(evidence, 'held-0.batch'))).toBe(false))
  await again.stop()
  running.splice(0)
  rmSync(evidence, { recursive: true })
  await own.drop()
})

test('a journal that lost rows halts the shard; what a member still holds is appended again', async () => {
  const leader = await start()
  const standby = await start()
  const gateway = await openAccounts(leader)
  await gateway.hangUp()
  const { exchange } = leader.engine.leader!
  const before = [exchange.sequence, exchange.stateHash()]
  await loseFrom(database.url, OPENING + 11)
  await untilRole(standby, 'halted')
  expect(standby.lifecycle.condition('journal')?.reason).toContain(
    `ahead of the journal: the journal ends at ${OPENING + 10}, our state at ${OPENING + 21}`,
  )
  await leader.stop()
  running.splice(running.indexOf(leader), 1)
  // No member leads the shortened journal.
  const third = await start()
  expect(third.engine.role).toBe('standby')

  const operator = await TestGateway.connect(standby.url, 0, -1)
  expect((await operator.ask({ kind: 'status' })).body).toMatchObject({ role: 'halted', sequence: OPENING + 21 })
  expect((await operator.ask({ kind: 'repair' })).body).toEqual({ appended: 11 })
  await operator.hangUp()
  await untilRole(third, 'leading')
  const { exchange: repaired } = third.engine.leader!
  expect([repaired.sequence, repaired.stateHash()]).toEqual(before)
  const again = await TestGateway.connect(third.url, 5, OPENING + 22)
  again.send([{ kind: CommandKind.ADD_ACCOUNT, number: 21, text: 'one more' }])
  await again.untilReplied(21)
  await again.hangUp()
  const journal = openJournal(database.url, { shard: 0 })
  expect((await Array.fromAsync(journal.read(1))).at(-1)?.last).toBe(OPENING + 22)
  await journal.close()
})
