import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openJournal, type PostgresJournal } from '@uptick/journal'
import { createDatabase, FaultyProxy, openTestPool, type TestDatabase } from '@uptick/journal/testing'
import { seededRandom } from '@uptick/runtime/testing'
import { openReadModel } from '@uptick/readmodel'
import { RandomFlow } from './random-flow.ts'
import { readTables } from './tables.ts'
import { WatchedRecorder } from './watched-recorder.ts'

/** Other moments: `RECORDER_SEED=7 npx vitest run services/recorder/test/process.test.ts`. */
const SEED = Number(process.env['RECORDER_SEED'] ?? 1)
const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

let database: TestDatabase
let journal: PostgresJournal
const children: ChildProcess[] = []

beforeEach(async () => {
  database = await createDatabase()
  journal = openJournal(database.url, { shard: 0 })
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await journal.close()
  await database.drop()
})

interface Line {
  readonly msg: string
  readonly opsPort?: number
}

/** The recorder as it runs in production; resolves with the first log line that has `message`. */
async function launch(message: string, environment = {}): Promise<{ child: ChildProcess; line: Line }> {
  const child = spawn(process.execPath, [MAIN], {
    env: { DATABASE_URL: database.url, OPS_PORT: '0', SNAPSHOT_COMMANDS: '500', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const found = Promise.withResolvers<Line>()
  createInterface(child.stdout).on('line', (text) => {
    const line: Line = JSON.parse(text)
    if (line.msg === message) found.resolve(line)
  })
  child.once('exit', (code) => found.reject(new Error(`the recorder exited with ${code}`)))
  return { child, line: await found.promise }
}

async function lead(flow: RandomFlow, count: number): Promise<void> {
  const { epoch } = await journal.takeOver()
  for (let i = 0; i < count; i++) await journal.append(flow.batch(epoch))
}

test('a process: ready, recording, measured, and stopped by SIGTERM with 0', async () => {
  const flow = new RandomFlow(21)
  await lead(flow, 20)
  const { child, line } = await launch('starting')
  const model = openReadModel(database.url, { shard: 0 })
  expect(await model.waitRecorded(flow.exchange.sequence, 20_000)).toBe(true)
  await model.close()
  const ready = await fetch(`http://127.0.0.1:${line.opsPort}/readyz`)
  expect(ready.status).toBe(200)
  const metrics = await (await fetch(`http://127.0.0.1:${line.opsPort}/metrics`)).text()
  expect(metrics).toMatch(new RegExp(`recorder_recorded_sequence\\S* ${flow.exchange.sequence}\\n`))
  expect(metrics).toMatch(/recorder_rows_total\{[^}]*table="trades"[^}]*\} [1-9]/)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test(`killed with -9 at random moments while the journal grows, everything is recorded once (seed ${SEED})`, async () => {
  const random = seededRandom(SEED)
  const calm = await createDatabase()
  const calmJournal = openJournal(calm.url, { shard: 0 })
  const flow = new RandomFlow(22)
  const leading = (async () => {
    const { epoch } = await journal.takeOver()
    await calmJournal.takeOver()
    for (let i = 0; i < 400; i++) {
      const batch = flow.batch(epoch)
      await Promise.all([journal.append(batch), calmJournal.append(batch)])
    }
  })()
  const pool = openTestPool(database.url)
  for (let round = 0; round < 6; round++) {
    const { child } = await launch('restored', { TRANSACTION_COMMANDS_MAX: '50' })
    await pool.query('SELECT pg_sleep($1)', [random() * 0.1])
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await leading
  await launch('restored')
  const model = openReadModel(database.url, { shard: 0 })
  expect(await model.waitRecorded(flow.exchange.sequence, 30_000)).toBe(true)
  const calmRecorder = new WatchedRecorder(calm.url, 0)
  await calmRecorder.until(() => calmRecorder.through === flow.exchange.sequence)
  const calmPool = openTestPool(calm.url)
  expect(await readTables(pool)).toEqual(await readTables(calmPool))
  await Promise.all([calmRecorder.stop(), calmJournal.close(), calmPool.end(), pool.end(), model.close()])
  await calm.drop()
})

test('of two recorders one records; the other is ready, and continues when the first one leaves', async () => {
  const flow = new RandomFlow(23)
  const { epoch } = await journal.takeOver()
  await journal.append(flow.batch(epoch))
  const first = await launch('restored')
  const second = await launch('starting')
  const readyz = `http://127.0.0.1:${second.line.opsPort}/readyz`
  await expect
    .poll(async () => (await fetch(readyz)).text(), { timeout: 20_000 })
    .toContain('another recorder is at work')
  expect((await fetch(readyz)).status).toBe(200)
  const model = openReadModel(database.url, { shard: 0 })
  first.child.kill('SIGTERM')
  expect(await once(first.child, 'exit')).toEqual([0, null])
  await journal.append(flow.batch(epoch))
  expect(await model.waitRecorded(flow.exchange.sequence, 20_000)).toBe(true)
  await model.close()
})

test('a recorder whose connection is cut has its turn again, and records on', async () => {
  const flow = new RandomFlow(24)
  const { epoch } = await journal.takeOver()
  await launch('restored')
  const pool = openTestPool(database.url)
  const sessions = 'FROM pg_stat_activity WHERE datname = current_database() AND application_name ='
  const cut = await pool.query(`SELECT pg_terminate_backend(pid) ${sessions} 'uptick-recorder-turn'`)
  expect(cut.rowCount).toBe(1)
  await expect
    .poll(async () => (await pool.query(`SELECT 1 ${sessions} 'uptick-recorder-turn'`)).rowCount, { timeout: 20_000 })
    .toBe(1)
  await journal.append(flow.batch(epoch))
  const model = openReadModel(database.url, { shard: 0 })
  expect(await model.waitRecorded(flow.exchange.sequence, 20_000)).toBe(true)
  await Promise.all([model.close(), pool.end()])
})

test('resumes within a bound when its connections fall silent, and its old session does not keep the turn', async () => {
  const proxy = await FaultyProxy.inFrontOf(database.url)
  const model = openReadModel(database.url, { shard: 0 })
  try {
    const flow = new RandomFlow(22)
    await lead(flow, 5)
    const { line } = await launch('restored', { DATABASE_URL: proxy.url(database.url) })
    expect(line.msg).toBe('restored')
    expect(await model.waitRecorded(flow.exchange.sequence, 20_000)).toBe(true)
    proxy.silence()
    await lead(flow, 5)
    expect(await model.waitRecorded(flow.exchange.sequence, 30_000)).toBe(true)
  } finally {
    await model.close()
    await proxy.close()
  }
})
