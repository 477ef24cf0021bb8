import { setTimeout as delay } from 'node:timers/promises'
import { createDatabase, FaultyProxy, openTestPool } from '@uptick/journal/testing'
import type { TestDatabase } from '@uptick/journal/testing'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
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

test('a turn whose connection falls silent is taken back from the session that nobody hears of any more', async () => {
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
