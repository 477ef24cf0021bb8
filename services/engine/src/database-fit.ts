import {
  checkSynchronousReplication,
  migrationSetsOf,
  reasonOf,
  retryWithBackoff,
  waitForSchema,
} from '@uptick/journal'
import type { ServiceContext } from '@uptick/runtime'
import type { Pool } from 'pg'
import type { EngineConfig } from './config.ts'

/** What each append sees by itself, and what no append would see, is looked at this often. */
const LOOK_MS = 1_000

type Context = Pick<ServiceContext<EngineConfig>, 'config' | 'lifecycle' | 'onShutdown'>

/**
 * Wait until PostgreSQL is as this engine needs it: with the schema of the journal (the read model's is the recorder's
 * business), and where acknowledgements promise a second machine, with one. Until then the engine is not ready, says why,
 * and does not lead. False: stopped meanwhile.
 *
 * @throws SchemaVersionError when waiting would not help
 */
export async function databaseFits(context: Context, pool: Pool): Promise<boolean> {
  const { config, lifecycle, onShutdown } = context
  const stopping = new AbortController()
  onShutdown('waiting for PostgreSQL', 100, () => stopping.abort())
  lifecycle.set('schema', false, 'not looked at yet')
  const hasSchema = await waitForSchema(config.DATABASE_URL, {
    sets: migrationSetsOf('journal'),
    signal: stopping.signal,
    onWait: (reason) => lifecycle.set('schema', false, reason),
  })
  if (!hasSchema) return false
  lifecycle.set('schema', true)
  return config.ACK_POLICY !== 'journal-synchronous' || replicates(context, pool, stopping.signal)
}

async function replicates({ lifecycle }: Context, pool: Pool, signal: AbortSignal): Promise<boolean> {
  lifecycle.set('replication', false, 'not looked at yet')
  try {
    await retryWithBackoff(
      () => checkSynchronousReplication(pool),
      signal,
      (error) => lifecycle.set('replication', false, reasonOf(error)),
    )
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
  lifecycle.set('replication', true)
  return true
}

/** Keep saying, in the condition `replication`, whether acknowledgements can be what they promise. */
export function watchReplication({ config, lifecycle, onShutdown }: Context, pool: Pool): void {
  if (config.ACK_POLICY !== 'journal-synchronous') return
  let isLooking = false
  const look = async (): Promise<void> => {
    if (isLooking) return
    isLooking = true
    try {
      await checkSynchronousReplication(pool)
      lifecycle.set('replication', true)
    } catch (error) {
      lifecycle.set('replication', false, reasonOf(error))
    } finally {
      isLooking = false
    }
  }
  const timer = setInterval(() => void look(), LOOK_MS)
  onShutdown('watch over replication', 100, () => clearInterval(timer))
}
