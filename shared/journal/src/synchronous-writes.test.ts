import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { NotReplicatedError } from './errors.ts'
import { SynchronousWrites } from './synchronous-writes.ts'

/** How long the emptied setting may take to reach every session, ms. */
const SETTLED_AFTER_MS = 1_000
const COMMIT = { text: 'UPDATE' }

/** A connection to a PostgreSQL whose commits wait for `names`, and what was sent over it. */
function connection() {
  const sent: string[] = []
  const postgres = { names: 'second' }
  const query = async ({ text }: { text: string }) => {
    sent.push(text === COMMIT.text ? 'commit' : 'question')
    return { rows: [{ standbys: postgres.names }], rowCount: 1 }
  }
  return { sent, postgres, writes: new SynchronousWrites({ query } as never) }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('an append', () => {
  test('that found a standby to wait for, and was quick, is replicated without a question', async () => {
    const { sent, writes } = connection()
    const sentAt = performance.now()
    vi.advanceTimersByTime(100)
    await writes.appended('second', sentAt)
    expect(sent).toEqual([])
  })

  test('that found no standby to wait for is in doubt', async () => {
    const { writes } = connection()
    await expect(writes.appended('', performance.now())).rejects.toThrow(NotReplicatedError)
    await expect(writes.appended('  ', performance.now())).rejects.toThrow('synchronous_standby_names is empty')
  })

  test('that was slow is asked about, because it may have waited until it was released', async () => {
    const { sent, postgres, writes } = connection()
    const sentAt = performance.now()
    vi.advanceTimersByTime(101)
    await writes.appended('second', sentAt)
    expect(sent).toEqual(['question'])
    postgres.names = ''
    await expect(writes.appended('second', sentAt)).rejects.toThrow(NotReplicatedError)
  })

  test('is in doubt for a second more: the setting reaches the processes of PostgreSQL one after another', async () => {
    const { writes } = connection()
    await expect(writes.appended('', performance.now())).rejects.toThrow(NotReplicatedError)
    vi.advanceTimersByTime(SETTLED_AFTER_MS - 1)
    await expect(writes.appended('second', performance.now())).rejects.toThrow('was empty a moment ago')
    vi.advanceTimersByTime(1)
    await writes.appended('second', performance.now())
  })
})

describe('a statement', () => {
  test('carries the question behind it, and is in doubt when that finds no standby', async () => {
    const { sent, postgres, writes } = connection()
    await writes.query(COMMIT)
    expect(sent).toEqual(['commit', 'question'])
    postgres.names = ''
    await expect(writes.query(COMMIT)).rejects.toThrow('synchronous_standby_names is empty')
  })

  test('is not sent before commits are known to wait again', async () => {
    const { sent, postgres, writes } = connection()
    postgres.names = ''
    await expect(writes.query(COMMIT)).rejects.toThrow(NotReplicatedError)
    sent.length = 0
    await expect(writes.query(COMMIT)).rejects.toThrow(NotReplicatedError)
    expect(sent).toEqual(['question'])
    postgres.names = 'second'
    vi.advanceTimersByTime(SETTLED_AFTER_MS)
    await writes.query(COMMIT)
    expect(sent).toEqual(['question', 'question', 'commit', 'question'])
  })
})
