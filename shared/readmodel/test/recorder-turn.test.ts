import { setTimeout as delay } from 'node:timers/promises'
import { createDatabase, FaultyProxy, openTestPool, startServerPair, type TestDatabase } from '@uptick/journal/testing'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { RecorderTurn } from '../src/index.ts'

let database: TestDatabase
let proxy: FaultyProxy
let pool: Pool

/** The session that has the lock. */
const HOLDER = `SELECT l.pid FROM pg_locks l WHERE locktype = 'advisory' AND granted AND objid = 1`

beforeAll(async () => {
  database = await createDatabase()
  proxy = await FaultyProxy.inFrontOf(database.url)
  pool = openTestPool(database.url)
})
afterAll(async () => {
  await pool.end()
  await proxy.close()
  await database.drop()
})

test('a turn whose connection falls silent is taken back from its lost session', async () => {
  const stop = new AbortController()
  const lost = Promise.withResolvers<void>()
  const options = { shard: 1, onWait: () => undefined }
  const turn = new RecorderTurn(proxy.url(database.url), { ...options, onLost: lost.resolve })
  const other = new RecorderTurn(database.url, options)
  const term = await turn.take(stop.signal)
  expect(term?.aborted).toBe(false)
  const before = (await pool.query<{ pid: number }>(HOLDER)).rows[0]?.pid
  expect(before).toBeDefined()
  const otherTerm = other.take(stop.signal)
  proxy.silence()
  await lost.promise
  // The old session stands, as the server sees it, and has the lock; without a client it would keep it from both.
  const ended = new Promise<void>((resolve) => term?.addEventListener('abort', () => resolve()))
  const isTakenBack = async (): Promise<void> => {
    for (;;) {
      const { rows } = await pool.query<{ pid: number }>(HOLDER)
      if (rows.length === 1 && rows[0]?.pid !== before) return
      await delay(10)
    }
  }
  await Promise.race([isTakenBack(), ended])
  await turn.release()
  expect(await otherTerm).toBeDefined()
  stop.abort()
  await other.release()
})

test('no turn is taken on a standby, whose locks the primary does not see', async () => {
  const pair = await startServerPair()
  onTestFinished(() => pair.stop())
  const name = await FaultyProxy.inFrontOf(pair.standby.url())
  onTestFinished(() => name.close())
  const stop = new AbortController()
  const refused = Promise.withResolvers<string>()
  const turn = new RecorderTurn(name.url(pair.primary.url()), { shard: 1, onWait: refused.resolve })
  const taking = turn.take(stop.signal)
  const why = await Promise.race([refused.promise, taking.then(() => 'taken')])
  expect(why).toContain('leads to a standby')
  name.redirect(pair.primary.url())
  expect((await taking)?.aborted).toBe(false)
  const primary = openTestPool(pair.primary.url())
  expect((await primary.query(HOLDER)).rows).toHaveLength(1)
  await primary.end()
  stop.abort()
  await turn.release()
})
