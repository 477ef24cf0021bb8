import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startPostgres, stopLeftover } from '@uptick/postgres'

/** Prefix of folders with servers, before the id of their process. */
export const SERVER_FOLDER_PREFIX = 'uptick-test-'
/** Servers in such a folder. */
const SERVERS = ['data', 'primary', 'standby']

/** A PostgreSQL server of this process's own. */
export interface Server {
  /** Connection string of its maintenance database. */
  readonly url: string
  stop(): Promise<void>
}

/**
 * Start an embedded PostgreSQL in a fresh folder below the system's temporary one, on a free port of 127.0.0.1. Its data
 * need not outlive the machine: `fsync` is off, everything else is as in production. What a killed run left behind is
 * removed first.
 */
export async function startServer(): Promise<Server> {
  await removeLeftovers()
  const folder = await mkdtemp(path.join(tmpdir(), `${SERVER_FOLDER_PREFIX}${process.pid}-`))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  try {
    // PostgreSQL may run as another user, which must be able to pass through.
    await chmod(folder, 0o711)
    const server = await startPostgres({
      directory: path.join(folder, 'data'),
      password: 'uptick',
      logFile: path.join(folder, 'postgres.log'),
      settings: { fsync: 'off', max_connections: '200' },
      initdbFlags: ['--no-sync'],
    })
    const stop = async (): Promise<void> => {
      await server.stop()
      await remove()
    }
    return { url: server.url(), stop }
  } catch (error) {
    await remove()
    throw error
  }
}

/** A run that was killed could not clean up; the folder's name tells which process it was. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = name.startsWith(SERVER_FOLDER_PREFIX)
      ? Number.parseInt(name.slice(SERVER_FOLDER_PREFIX.length), 10)
      : Number.NaN
    if (Number.isNaN(owner) || alive(owner)) continue
    const folder = path.join(tmpdir(), name)
    for (const server of SERVERS) await stopLeftover(path.join(folder, server))
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
