import { mkdtemp, rm, chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CommandKind } from '@uptick/core'
import { migrate, openJournal } from '@uptick/journal'
import { startPostgres, type PostgresOptions } from '@uptick/postgres'
import { Client } from 'pg'
import { afterEach, expect, test, vi } from 'vitest'
import { createDatabase, FaultyProxy } from '@uptick/journal/testing'
import { OPENING, startEngine, untilReady, untilRole, type RunningEngine } from './running-engine.ts'
import { TestGateway } from './test-gateway.ts'

const SESSION = 4321
const FRAME_COMMANDS = 20
const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean()
})

async function engineOn(url: string): Promise<RunningEngine> {
  const running = await startEngine(url)
  cleanups.push(() => running.stop())
  return running
}

async function connect(running: RunningEngine, session = SESSION): Promise<TestGateway> {
  const gateway = await TestGateway.connect(running.url, session)
  cleanups.push(() => gateway.hangUp())
  return gateway
}

function sendAccounts(gateway: TestGateway, first: number): void {
  gateway.send(
    Array.from({ length: FRAME_COMMANDS }, (_, i) => ({
      kind: CommandKind.ADD_ACCOUNT,
      number: first + i,
      text: `account ${first + i}`,
    })),
  )
}

/** A fresh engine, which reads nothing but the journal, comes to the same state. */
async function expectReplayed(running: RunningEngine, url: string): Promise<void> {
  const { exchange } = running.engine.leader!
  const before = [exchange.sequence, exchange.stateHash(), exchange.runningHash()]
  await running.stop()
  const { exchange: replayed } = (await engineOn(url)).engine.leader!
  expect([replayed.sequence, replayed.stateHash(), replayed.runningHash()]).toEqual(before)
}

test('connections to PostgreSQL that are ended under load lose nothing and double nothing', async () => {
  const database = await createDatabase()
  cleanups.push(() => database.drop())
  const running = await engineOn(database.url)
  const gateway = await connect(running)
  const admin = new Client({ connectionString: database.url })
  await admin.connect()
  cleanups.push(() => admin.end())
  gateway.openSession()
  const rounds = 30
  const framesPerRound = 20
  let ended = 0
  for (let round = 0; round < rounds; round++) {
    const first = round * framesPerRound * FRAME_COMMANDS + 1
    for (let frame = 0; frame < framesPerRound; frame++) sendAccounts(gateway, first + frame * FRAME_COMMANDS)
    // Half of the rounds are cut while batches are under way, at whatever point they have reached.
    if (round % 2 === 0) await gateway.untilReplied(first)
    const { rowCount } = await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'uptick-journal-writer'`,
    )
    ended += rowCount ?? 0
  }
  const last = rounds * framesPerRound * FRAME_COMMANDS
  await gateway.untilReplied(last)
  expect(ended).toBeGreaterThan(rounds / 4)
  expect([...gateway.replies.values()].every((reject) => reject === 0)).toBe(true)
  expect(gateway.fed).toEqual(Array.from({ length: OPENING + 1 + last }, (_, i) => i + 1))
  expect(running.lifecycle.condition('journal')?.met).toBe(true)
  await expectReplayed(running, database.url)
})

test('PostgreSQL that crashes and comes back: nothing is acknowledged meanwhile, and it resumes by itself', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'uptick-engine-test-'))
  await chmod(folder, 0o711)
  cleanups.push(() => rm(folder, { recursive: true, force: true }))
  const options: PostgresOptions = {
    directory: join(folder, 'data'),
    password: 'uptick',
    logFile: join(folder, 'postgres.log'),
    initdbFlags: ['--no-sync'],
  }
  let server = await startPostgres(options)
  cleanups.push(() => server.stop())
  const url = server.url()
  await migrate(url)
  const running = await engineOn(url)
  const gateway = await connect(running)
  gateway.openSession()
  sendAccounts(gateway, 1)
  await gateway.untilReplied(FRAME_COMMANDS)

  await server.stop('immediate')
  sendAccounts(gateway, FRAME_COMMANDS + 1)
  await new Promise<void>((resolve) =>
    running.lifecycle.onChange(({ name, met }) => {
      if (name === 'journal' && !met) resolve()
    }),
  )
  sendAccounts(gateway, 2 * FRAME_COMMANDS + 1)
  expect(running.lifecycle.readiness().ok).toBe(false)
  expect(gateway.replies.size).toBe(FRAME_COMMANDS + 1)
  server = await startPostgres({ ...options, port: server.port })
  await gateway.untilReplied(3 * FRAME_COMMANDS)
  expect([...gateway.replies.values()].every((reject) => reject === 0)).toBe(true)
  expect(running.lifecycle.condition('journal')?.met).toBe(true)
  await expectReplayed(running, url)
})

test('PostgreSQL moves and its old machine falls silent: the engine continues over new connections', async () => {
  const database = await createDatabase()
  cleanups.push(() => database.drop())
  const proxy = await FaultyProxy.inFrontOf(database.url)
  cleanups.push(() => proxy.close())
  const first = await engineOn(proxy.url(database.url))
  const gateway = await connect(first)
  gateway.openSession()
  const second = await engineOn(proxy.url(database.url))
  await untilReady(second)
  sendAccounts(gateway, 1)
  await gateway.untilReplied(FRAME_COMMANDS)

  proxy.silence()
  sendAccounts(gateway, FRAME_COMMANDS + 1)
  // Either the leader continues, or the standby takes over, whichever connects first.
  await Promise.race([gateway.untilReplied(2 * FRAME_COMMANDS), untilRole(second, 'leading')])
  const leader = second.engine.role === 'leading' ? second : first
  const again = leader === first ? gateway : await connect(second)
  for (let batch = 1; batch < 3; batch++) sendAccounts(again, batch * FRAME_COMMANDS + 1)
  await again.untilReplied(3 * FRAME_COMMANDS)
  expect([...again.replies.values()].every((reject) => reject === 0)).toBe(true)
  // So that pools have nothing to wait for when they close.
  proxy.cut()
})

test('a second engine follows the first one and takes over when it goes', async () => {
  const database = await createDatabase()
  cleanups.push(() => database.drop())
  const first = await engineOn(database.url)
  const gateway = await connect(first)
  gateway.openSession()
  await gateway.untilReplied(0)
  const second = await engineOn(database.url)
  expect(second.engine.role).toBe('standby')
  await untilReady(second)
  sendAccounts(gateway, 1)
  await gateway.untilReplied(FRAME_COMMANDS)
  await first.stop()
  expect(gateway.goodbye?.reason).toEqual({ reason: 'handed-off', leader: second.url })
  await untilRole(second, 'leading')
  expect(second.engine.leader?.epoch).toBe(2)
  const again = await connect(second)
  sendAccounts(again, FRAME_COMMANDS + 1)
  await again.untilReplied(2 * FRAME_COMMANDS)
})

test('an engine that was deposed without knowing answers nothing more and ends', async () => {
  const database = await createDatabase()
  cleanups.push(() => database.drop())
  const running = await engineOn(database.url)
  const gateway = await connect(running)
  gateway.openSession()
  await gateway.untilReplied(0)
  const successor = openJournal(database.url, { shard: 0 })
  cleanups.push(() => successor.close())
  await successor.takeOver()
  sendAccounts(gateway, 1)
  await gateway.until(() => gateway.closed !== undefined)
  expect(gateway.goodbye?.reason).toEqual({ reason: 'fenced' })
  expect(gateway.replies.size).toBe(1)
  // It has asked first whether the journal holds all that it saw.
  await vi.waitFor(() => expect(running.failures).toEqual(['another engine leads the shard']))
  expect((await successor.head()).last).toBe(OPENING + 1)
})
