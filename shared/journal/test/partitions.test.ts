import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppendFailedError, ensurePartitions, openJournal } from '../src/index.ts'
import { listPartitions } from '../src/sql/partitions.ts'
import { createDatabase, type TestDatabase } from '../testing/database.ts'
import { makeSmallPartitions } from '../testing/small-partitions.ts'
import { openTestPool } from '../testing/test-pool.ts'

const SEQUENCES = 10

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await createDatabase()
  pool = openTestPool(database.url, { max: 2 })
  await makeSmallPartitions(database.url, SEQUENCES, 0)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

async function bounds(): Promise<string[]> {
  return (await listPartitions(pool)).map(({ from, to }) => `${from}-${to}`)
}

test('a partition that is missing between others is made, and no larger than the gap', async () => {
  expect(await bounds()).toEqual(['0-10', '10-20', '20-30'])
  expect(await ensurePartitions(pool, 25, SEQUENCES)).toBe(50)
  expect(await bounds()).toEqual(['0-10', '10-20', '20-30', '30-40', '40-50'])
  await pool.query('DROP TABLE journal_batch_p30')
  expect(await ensurePartitions(pool, 25, SEQUENCES)).toBe(50)
  expect(await ensurePartitions(pool, 25, 1000)).toBe(2050)
  await pool.query('DROP TABLE journal_batch_p30, journal_batch_p40')
  expect(await ensurePartitions(pool, 32, 7)).toBe(2050)
  expect(await bounds()).toEqual(['0-10', '10-20', '20-30', '30-37', '37-44', '44-50', '50-1050', '1050-2050'])
})

test('an append without a partition has one made, and is written when it is tried again', async () => {
  const troubles: unknown[] = []
  const onTrouble = (error: unknown): void => void troubles.push(error)
  const journal = openJournal(database.url, { shard: 1, partitionSequences: SEQUENCES, onTrouble })
  const { epoch } = await journal.takeOver()
  await pool.query('DROP TABLE journal_batch_p10')
  expect(await journal.append({ epoch, first: 1, last: 9, payload: Buffer.from('x') })).toBe('appended')
  const batch = { epoch, first: 10, last: 10, payload: Buffer.from('x') }
  const failure: unknown = await journal.append(batch).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(AppendFailedError)
  expect(failure).toMatchObject({ outcome: 'absent' })
  expect(await journal.append(batch)).toBe('appended')
  await journal.close()
  expect(troubles).toEqual([])
})
