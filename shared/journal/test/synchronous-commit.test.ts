import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppendFailedError, migrate, openJournal, retryWithBackoff } from '../src/index.ts'
import { administer } from '../testing/administer.ts'
import { startServer, type Server } from '../testing/server.ts'

const SHARD = 1

let server: Server
beforeAll(async () => {
  // A server of its own: the standbys that a commit waits for are a setting of the server.
  server = await startServer()
  await migrate(server.url)
})
afterAll(() => server.stop())

async function waitForStandbys(names: string): Promise<void> {
  await administer(server.url, `ALTER SYSTEM SET synchronous_standby_names = '${names}'`)
  await administer(server.url, 'SELECT pg_reload_conf()')
}

test('the outcome of an append that waits for a standby is open until one connects', async () => {
  const journal = openJournal(server.url, { shard: SHARD, appendTimeoutMs: 500 })
  try {
    const { epoch } = await journal.takeOver()
    await waitForStandbys('nobody')
    let outcome: unknown = 'appended'
    let batch = { epoch, first: 0, last: 0, payload: Buffer.from('x') }
    // The server adopts the setting with a delay.
    while (outcome === 'appended') {
      batch = { ...batch, first: batch.first + 1, last: batch.last + 1 }
      outcome = await journal.append(batch).catch((error: unknown) => error)
    }
    expect(outcome).toBeInstanceOf(AppendFailedError)
    expect(outcome).toMatchObject({ outcome: 'unknown' })
    // Its row may be visible by now, but it is not durable.
    await expect(journal.resolve(batch)).rejects.toThrow('the outcome of an append could not be found')
    await waitForStandbys('')
    const never = new AbortController().signal
    expect(await retryWithBackoff(() => journal.resolve(batch), never)).toBe('appended')
    expect(await journal.head()).toEqual({ epoch, last: batch.last })
  } finally {
    await waitForStandbys('')
    await journal.close()
  }
})
