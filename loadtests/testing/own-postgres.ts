import { throwIfInterrupted, undoLater } from '@uptick/commandline'
import { startPostgres, type PostgresOptions, type PostgresServer } from '@uptick/postgres'

/**
 * A PostgreSQL that a command needs for itself: it is ended with the command, also when that is interrupted while the
 * server is being made. Its folder is the caller's.
 *
 * @throws Interrupted, PostgresError
 */
export async function startOwnPostgres(options: PostgresOptions): Promise<PostgresServer> {
  throwIfInterrupted()
  const starting = startPostgres(options)
  const end = undoLater(async () => (await starting.catch(() => undefined))?.stop('immediate'))
  const server = await starting.catch(async (error: unknown) => {
    await end()
    throw error
  })
  void server.exited.then(end)
  return server
}
