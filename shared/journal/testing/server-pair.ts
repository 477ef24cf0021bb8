import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type PostgresServer, startPostgres } from '@uptick/postgres'
import { Client } from 'pg'
import { administer } from './administer.ts'
import { migrate } from '../src/migrate.ts'
import { oneRow } from '../src/sql/one-row.ts'
import { SERVER_FOLDER_PREFIX } from './server.ts'

/** A PostgreSQL and a standby that follows it by streaming replication; each is a server of its own. */
export interface ServerPair {
  readonly primary: PostgresServer
  /** Takes reads, and no writes until it is promoted. Known to the primary as `second`. */
  readonly standby: PostgresServer
  stop(): Promise<void>
}

/** Start both, with every migration. The standby is a copy of the primary's folder, made while that one is stopped. */
export async function startServerPair(): Promise<ServerPair> {
  const folder = await mkdtemp(path.join(tmpdir(), `${SERVER_FOLDER_PREFIX}${process.pid}-`))
  const servers: PostgresServer[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop('immediate')))
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
  const start = async (name: string, settings: Readonly<Record<string, string>>): Promise<PostgresServer> => {
    const server = await startPostgres({
      directory: path.join(folder, name),
      password: 'uptick',
      logFile: path.join(folder, `${name}.log`),
      settings: { fsync: 'off', ...settings },
      initdbFlags: ['--no-sync'],
    })
    servers.push(server)
    return server
  }
  try {
    await chmod(folder, 0o711)
    const first = await start('primary', {})
    await migrate(first.url())
    await first.stop()
    servers.pop()
    // Keep the owners of the files.
    await promisify(execFile)('cp', ['-a', path.join(folder, 'primary'), path.join(folder, 'standby')])
    await writeFile(path.join(folder, 'standby', 'standby.signal'), '')
    const primary = await start('primary', {})
    const source = `host=127.0.0.1 port=${primary.port} user=uptick password=uptick application_name=second`
    const standby = await start('standby', { primary_conninfo: source })
    return { primary, standby, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Have commits of `primary` wait for standbys of these names ('' for none); resolves when it knows, and `second` if named. */
export async function waitForStandbys(primary: PostgresServer, names: string): Promise<void> {
  await administer(primary.url(), `ALTER SYSTEM SET synchronous_standby_names = '${names}'`)
  await administer(primary.url(), 'SELECT pg_reload_conf()')
  while (!(await waitsFor(primary, names)));
}

/** A new session sees the setting; by then existing sessions have it, too. */
async function waitsFor(primary: PostgresServer, names: string): Promise<boolean> {
  const client = new Client({ connectionString: primary.url() })
  await client.connect()
  const answer = await client.query<{ names: string; synchronous: boolean }>(
    `SELECT current_setting('synchronous_standby_names') AS names,
       EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync') AS synchronous`,
  )
  await client.end()
  const { names: known, synchronous } = oneRow(answer)
  return known === names && synchronous === (names === 'second')
}
