import { checkSynchronousReplication, migrationSetsOf, retryWithBackoff, waitForSchema } from '@uptick/journal'
import type { ServiceContext } from '@uptick/runtime'
import type { Pool } from 'pg'
import type { EngineConfig } from './config.ts'

type Context = Pick<ServiceContext<EngineConfig>, 'config' | 'lifecycle' | 'onShutdown'>

/**
 * Wait until PostgreSQL is as this engine needs it: with the schema of the journal (the read model's is the recorder's
 * business), and where acknowledgements promise a second machine, with one. Until then the engine is not ready, says why,
 * and leads nobody. False: stopped meanwhile.
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
      (error) => lifecycle.set('replication', false, error instanceof Error ? error.message : String(error)),
    )
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
  lifecycle.set('replication', true)
  return true
}
