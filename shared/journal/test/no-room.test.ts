import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type PostgresServer, startPostgres } from '@uptick/postgres'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate, openJournal, openPool, retryWithBackoff } from '../src/index.ts'
import { SERVER_FOLDER_PREFIX } from '../testing/server.ts'

/** An idle pool keeps its connections for ten seconds. */
const POOL_KEEPS_MS = 10_000

let folder: string
let server: PostgresServer

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), `${SERVER_FOLDER_PREFIX}${process.pid}-`))
  await chmod(folder, 0o711)
  server = await startPostgres({
    directory: path.join(folder, 'data'),
    password: 'uptick',
    logFile: path.join(folder, 'postgres.log'),
    settings: { fsync: 'off', max_connections: '8', superuser_reserved_connections: '0' },
    initdbFlags: ['--no-sync'],
  })
  await migrate(server.url())
})
afterAll(async () => {
  await server.stop('immediate')
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

/** Connect until there is no room; returns what was opened. */
async function takeAll(): Promise<Client[]> {
  const clients: Client[] = []
  for (;;) {
    const client = new Client({ connectionString: server.url() })
    client.on('error', () => undefined)
    try {
      await client.connect()
    } catch {
      return clients
    }
    clients.push(client)
  }
}

test('where no connection is left, the writing one takes the place of an idle one', async () => {
  const pool = openPool(server.url(), { name: 'uptick-test', max: 2 })
  const troubles: unknown[] = []
  const journal = openJournal(server.url(), { shard: 1, pool, onTrouble: (error) => troubles.push(error) })
  const { epoch } = await journal.takeOver()
  await Promise.all([pool.query('SELECT pg_sleep(0.1)'), pool.query('SELECT pg_sleep(0.1)')])
  const others = await takeAll()
  await others[0]!.query(
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'uptick-journal-writer'`,
  )
  others.push(...(await takeAll()))
  const batch = { epoch, first: 1, last: 1, payload: Buffer.from('x') }
  const reasons: string[] = []
  const signal = AbortSignal.timeout(POOL_KEEPS_MS / 2)
  const appended = retryWithBackoff(
    () => journal.append(batch),
    signal,
    (error) => reasons.push(String(error)),
  )
  expect(await appended).toBe('appended')
  expect(reasons[0]).toContain('no connection left (max_connections)')
  await journal.close()
  for (const other of others) await other.end()
  await pool.close()
})
