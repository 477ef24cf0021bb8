import { execFile } from 'node:child_process'
import { chmod, chown, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { temporaryFolder, undoLater, type TemporaryFolder } from '@uptick/commandline'
import { FaultyProxy } from '@uptick/journal/testing'
import type { PostgresServer } from '@uptick/postgres'
import pg from 'pg'
import { startOwnPostgres } from './own-postgres.ts'

const DATABASE = 'uptick'
const PASSWORD = 'uptick'
const POLL_MS = 20
const STREAMING_MS_MAX = 30_000
const PROMOTION_S_MAX = 10
/** A file that a living server removes while it is copied fails the copy. */
const COPIES_MAX = 3
const settings = {
  max_connections: '60',
  wal_keep_size: '256MB',
  log_checkpoints: 'off',
  // A standby of the server that died follows the promoted one.
  wal_retrieve_retry_interval: '100ms',
}

interface Server {
  readonly directory: string
  readonly process: PostgresServer
}

/** A PostgreSQL, others that follow it by streaming replication, and the name under which whichever of them leads is reached. */
export class ReplicatedPostgres {
  readonly #folder: TemporaryFolder
  readonly #standbys: number
  /** Where an exchange connects to: leads to the primary, unless a test leads it elsewhere. */
  readonly name: FaultyProxy
  /** Where standbys connect to. */
  readonly #source: FaultyProxy
  #primary: Server
  #following: Server[] = []
  #started = 1

  private constructor(
    folder: TemporaryFolder,
    standbys: number,
    name: FaultyProxy,
    source: FaultyProxy,
    primary: Server,
  ) {
    this.#folder = folder
    this.#standbys = standbys
    this.name = name
    this.#source = source
    this.#primary = primary
  }

  /** @param standbys how many follow @param isSynchronous commits wait until one of them has them */
  static async start({
    standbys,
    isSynchronous,
  }: {
    standbys: number
    isSynchronous: boolean
  }): Promise<ReplicatedPostgres> {
    const folder = temporaryFolder('uptick-replicated-')
    // PostgreSQL may run as another user, which must be able to pass through.
    await chmod(folder.path, 0o711)
    const primary = await startServer(folder.path, 'postgres-1')
    const url = primary.process.url()
    const [name, source] = await Promise.all([FaultyProxy.inFrontOf(url), FaultyProxy.inFrontOf(url)])
    const replicated = new ReplicatedPostgres(folder, standbys, name, source, primary)
    try {
      await query(url, `CREATE DATABASE ${DATABASE}`)
      await replicated.follow()
      if (isSynchronous) await replicated.configure(`SET synchronous_standby_names = 'ANY 1 (*)'`)
      return replicated
    } catch (error) {
      await replicated.end()
      throw error
    }
  }

  /** Of the exchange's database, by the name. */
  get url(): string {
    return this.name.url(this.primaryUrl)
  }

  /** Of the same, whatever becomes of the name. */
  get primaryUrl(): string {
    return this.#primary.process.url(DATABASE)
  }

  /** The standby that has received most. */
  async standbyUrl(): Promise<string> {
    return (await this.#furthest()).process.url(DATABASE)
  }

  /** As many standbys as there should be follow the primary, and have all that it has. @throws Error after 30 s */
  async follow(): Promise<void> {
    while (this.#following.length < this.#standbys) this.#following.push(await this.#copy())
    const streaming = `SELECT count(*)::integer AS count FROM pg_stat_replication
      WHERE state = 'streaming' AND replay_lsn >= $1::pg_lsn`
    const { lsn } = await queryOne<{ lsn: string }>(this.primaryUrl, 'SELECT pg_current_wal_lsn()::text AS lsn')
    for (const began = performance.now(); performance.now() - began < STREAMING_MS_MAX; await delay(POLL_MS)) {
      const { count } = await queryOne<{ count: number }>(this.primaryUrl, streaming, [lsn])
      if (count >= this.#standbys) return
    }
    throw new Error(`no ${this.#standbys} standbys follow the primary`)
  }

  /** Nothing of what the primary writes from now on reaches a standby. */
  holdStandbys(): void {
    this.#source.stall()
  }

  /** kill -9 of the primary; the standby that has received most is promoted, and the name leads to it. Returns its address. */
  async failOver(): Promise<void> {
    const { process: before, directory } = this.#primary
    process.kill(before.pid, 'SIGKILL')
    await before.exited
    const next = await this.#furthest()
    await query(next.process.url(), `SELECT pg_promote(true, ${PROMOTION_S_MAX})`)
    this.#primary = next
    this.#following = this.#following.filter((server) => server !== next)
    this.#source.redirect(next.process.url())
    // What was on its way from the old primary is lost with it.
    this.#source.cut()
    this.#source.resume()
    this.name.redirect(next.process.url())
    await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }

  /** Change a setting of all servers, for sessions to come and those there are. @param change after ALTER SYSTEM */
  async configure(change: string): Promise<void> {
    for (const { process: server } of [this.#primary, ...this.#following]) {
      await query(server.url(), `ALTER SYSTEM ${change}`)
      await query(server.url(), 'SELECT pg_reload_conf()')
    }
  }

  async end(): Promise<void> {
    await Promise.all([this.name.close(), this.#source.close()])
    for (const { process: server } of [this.#primary, ...this.#following]) await server.stop('immediate')
    await this.#folder.remove()
  }

  async #furthest(): Promise<Server> {
    const received = await Promise.all(
      this.#following.map(async (server) => {
        const { lsn } = await queryOne<{ lsn: string }>(
          server.process.url(),
          `SELECT (coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0')::text AS lsn`,
        )
        return { server, lsn: BigInt(lsn) }
      }),
    )
    const [furthest] = received.toSorted((a, b) => (a.lsn < b.lsn ? 1 : -1))
    if (furthest === undefined) throw new Error('no standby is left')
    return furthest.server
  }

  /** A standby from a copy of the living primary. https://www.postgresql.org/docs/current/continuous-archiving.html */
  async #copy(): Promise<Server> {
    const name = `postgres-${++this.#started}`
    const directory = join(this.#folder.path, name)
    const client = new pg.Client({ connectionString: this.primaryUrl })
    client.on('error', () => undefined)
    await client.connect()
    try {
      await client.query(`SELECT pg_backup_start('${name}', true)`)
      await copyFolder(this.#primary.directory, directory)
      const { rows } = await client.query<{ label: string }>('SELECT labelfile AS label FROM pg_backup_stop(false)')
      await writeOwned(directory, 'backup_label', rows[0]!.label)
    } finally {
      await client.end()
    }
    await rm(join(directory, 'postmaster.pid'), { force: true })
    await writeOwned(directory, 'standby.signal', '')
    const { port } = new URL(this.#source.url(this.primaryUrl))
    const source = `host=127.0.0.1 port=${port} user=uptick password=${PASSWORD} application_name=${name}`
    return startServer(this.#folder.path, name, { primary_conninfo: source })
  }
}

async function startServer(folder: string, name: string, more: Readonly<Record<string, string>> = {}): Promise<Server> {
  const directory = join(folder, name)
  const process = await startOwnPostgres({
    directory,
    password: PASSWORD,
    logFile: join(folder, `${name}.log`),
    settings: { ...settings, ...more },
    initdbFlags: ['--no-sync'],
  })
  return { directory, process }
}

/** With the owners that the files have. */
async function copyFolder(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const copying = promisify(execFile)('cp', ['-a', from, to])
      const end = undoLater(() => copying.catch(() => undefined))
      await copying.finally(end)
      return
    } catch (error) {
      if (attempt === COPIES_MAX) throw error
      await rm(to, { recursive: true, force: true })
    }
  }
}

/** A file of the user whose `directory` is. */
async function writeOwned(directory: string, name: string, text: string): Promise<void> {
  const { uid, gid } = await stat(directory)
  await writeFile(join(directory, name), text)
  await chown(join(directory, name), uid, gid)
}

/** As `query`, for a statement that answers with one row. @throws Error when there is none */
async function queryOne<Row extends pg.QueryResultRow>(...statement: Parameters<typeof query>): Promise<Row> {
  const [row] = await query<Row>(...statement)
  if (row === undefined) throw new Error('PostgreSQL answered with no row where there is always one')
  return row
}

/** One statement on a connection of its own. */
export async function query<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Row>({ text, values: [...values] })).rows
  } finally {
    await client.end()
  }
}
