import { createDatabase, openTestPool, type TestDatabase } from '@uptick/journal/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EngineProcess } from './engine-process.ts'

let database: TestDatabase
const engines: EngineProcess[] = []

beforeEach(async () => {
  database = await createDatabase()
})

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.kill()
  await database.drop()
})

async function launch(): Promise<EngineProcess> {
  const engine = await EngineProcess.launch(database.url)
  engines.push(engine)
  return engine
}

/** A lease that was set by a clock which has been wrong by so much since. */
function step(interval: string): string {
  return `UPDATE journal_lease SET expires_at = expires_at + interval '${interval}' RETURNING expires_at`
}

test('the leader is frozen, and PostgreSQL’s clock is set back by an hour: a standby leads after a lease', async () => {
  const leader = await launch()
  const standby = await launch()
  const pool = openTestPool(database.url)
  leader.child.kill('SIGSTOP')
  await pool.query(step('1 hour'))
  await standby.leads()
  await pool.end()
  leader.child.kill('SIGCONT')
  expect((await leader.exited)[0]).toBe(1)
}, 30_000)

test('PostgreSQL’s clock is set ahead by an hour: the leader continues', async () => {
  const leader = await launch()
  const standby = await launch()
  const pool = openTestPool(database.url)
  const renewed = `SELECT 1 FROM journal_lease WHERE expires_at > clock_timestamp()`
  for (let times = 0; times < 5; times++) {
    await pool.query(step('-1 hour'))
    // The standby looks several times meanwhile, and finds it run out by PostgreSQL's clock.
    while ((await pool.query(renewed)).rowCount === 0);
  }
  const { rows } = await pool.query('SELECT epoch::integer FROM journal_head')
  await pool.end()
  expect([rows[0].epoch, leader.role, standby.role]).toEqual([1, 'leading', 'standby'])
}, 30_000)
