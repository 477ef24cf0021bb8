import type { Pool } from 'pg'
import { endBlockers } from './sql/backends.ts'
import type { WritingConnection } from './writing-connection.ts'

/** How long a predecessor's commit may hold the head row before its connection is ended, ms. */
const PATIENCE_MS = 200

/**
 * Run `raise`, which raises the epoch on the writing connection. An append's lock lasts for its commit; but a predecessor
 * that froze after its statement had arrived and before the protocol's Sync had, leaves a backend that holds the lock and
 * waits for it. Such a backend is ended.
 */
export async function takeOver<T>(writer: WritingConnection, pool: Pool, raise: () => Promise<T>): Promise<T> {
  const backend = await writer.backend()
  const clearing: Promise<unknown>[] = []
  const timer = setInterval(() => clearing.push(endBlockers(pool, backend).catch(() => undefined)), PATIENCE_MS)
  try {
    return await raise()
  } finally {
    clearInterval(timer)
    await Promise.all(clearing)
  }
}
