import type { Pool } from 'pg'
import type { Head } from './journal.ts'
import { endBlockers } from './sql/backends.ts'
import { raiseEpoch } from './sql/raise-epoch.ts'
import type { WritingConnection } from './writing-connection.ts'

/** How long a predecessor's commit may hold the head row before its connection is ended. */
const PATIENCE_MS = 200

/**
 * Raise the epoch. An append's lock lasts for its commit; but a predecessor that froze after its statement had arrived
 * and before the protocol's Sync had, leaves a backend that holds the lock and waits for it. Such a backend is ended.
 */
export async function takeOver(writer: WritingConnection, pool: Pool, shard: number): Promise<Head> {
  const backend = await writer.backend()
  const clearing: Promise<unknown>[] = []
  const timer = setInterval(() => clearing.push(endBlockers(pool, backend).catch(() => undefined)), PATIENCE_MS)
  try {
    return await raiseEpoch(writer, shard)
  } finally {
    clearInterval(timer)
    await Promise.all(clearing)
  }
}
