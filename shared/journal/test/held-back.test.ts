import { Client, type ClientBase } from 'pg'
import { afterAll, expect, test } from 'vitest'
import { readHeldBack } from '../src/index.ts'
import { createDatabase } from '../testing/database.ts'

const database = await createDatabase()

afterAll(() => database.drop())

async function connected(name: string, work: (client: ClientBase) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: database.url, application_name: name })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

test('the oldest transaction that holds rows back is found by its name; one that has read nothing yet holds none', () =>
  connected('watch', async (watch) => {
    expect(await readHeldBack(watch)).toMatchObject({ oldestSeconds: 0, oldest: '', slotTransactions: 0, slot: '' })
    await connected('forgotten', async (forgotten) => {
      await forgotten.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
      expect((await readHeldBack(watch)).oldest).toBe('')
      await forgotten.query('SELECT 1 FROM journal_head')
      await connected('younger', async (younger) => {
        await younger.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
        await younger.query('SELECT 1 FROM journal_head')
        const { oldest, oldestSeconds, rowBytes } = await readHeldBack(watch)
        expect(oldest).toMatch(/^process \d+ of \w+, forgotten, idle in transaction$/)
        expect(oldestSeconds).toBeGreaterThan(0)
        expect(rowBytes).toBeGreaterThanOrEqual(0)
      })
    })
  }))
