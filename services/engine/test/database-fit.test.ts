import { createDatabase, openTestPool, type TestDatabase } from '@uptick/journal/testing'
import { Lifecycle, parseConfig } from '@uptick/runtime'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { engineSchema } from '../src/config.ts'
import { databaseFits } from '../src/database-fit.ts'

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await createDatabase()
  pool = openTestPool(database.url)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

function fitting(policy: string) {
  const lifecycle = new Lifecycle()
  const steps: ((hurry: AbortSignal) => void | Promise<void>)[] = []
  const config = parseConfig(engineSchema, {
    DATABASE_URL: database.url,
    LINK_PORT: '0',
    OPS_PORT: '0',
    ACK_POLICY: policy,
  })
  const onShutdown = (_name: string, _boundMs: number, step: (hurry: AbortSignal) => void | Promise<void>): void =>
    void steps.push(step)
  const fits = databaseFits({ config, lifecycle, onShutdown }, pool)
  return { fits, lifecycle, stop: () => steps.forEach((step) => void step(AbortSignal.abort())) }
}

test('a database that is durable by itself is enough for the policy "journal"', async () => {
  const { fits, lifecycle } = fitting('journal')
  expect(await fits).toBe(true)
  expect(lifecycle.condition('schema')?.met).toBe(true)
})

test('"journal-synchronous" does not start without a second machine: the engine says so, and waits for one', async () => {
  const { promise: told, resolve: tell } = Promise.withResolvers<string>()
  const { fits, lifecycle, stop } = fitting('journal-synchronous')
  lifecycle.onChange(({ name, reason }) => name === 'replication' && reason.includes('standby') && tell(reason))
  expect(await told).toContain('synchronous_standby_names is empty')
  expect(lifecycle.readiness().ok).toBe(false)
  stop()
  expect(await fits).toBe(false)
})
