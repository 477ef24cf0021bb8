import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openJournal, openLease } from '../src/index.ts'
import { createDatabase, type TestDatabase } from '../testing/database.ts'
import { TransactionPooler } from '../testing/transaction-pooler.ts'

let database: TestDatabase
let pooler: TransactionPooler
const opened: { close(): Promise<void> }[] = []

beforeAll(async () => {
  database = await createDatabase()
  pooler = await TransactionPooler.inFrontOf(database.url)
})
afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each.close()
})
afterAll(async () => {
  await pooler.close()
  await database.drop()
})

test('a pooler that lends a session for one transaction is refused with a sentence', async () => {
  const journal = openJournal(pooler.url, { shard: 1 })
  const lease = openLease(journal, pooler.url, { shard: 1, holder: 'a', url: 'ws://a', leaseMs: 60_000 })
  opened.push(journal, lease)
  await expect(journal.rehearse()).rejects.toThrow('a pooler such as PgBouncer')
  await expect(lease.look()).rejects.toThrow('a pooler such as PgBouncer')
})
