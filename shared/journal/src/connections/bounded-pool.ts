import { Pool, type PoolClient } from 'pg'
import { severity } from '../errors.ts'
import { type Connection, connectionSettings, pooledSettings } from './connection-settings.ts'
import type { Queryable } from '../sql/queryable.ts'
import { serverOf } from '../sql/server-of.ts'
import type { OneServer } from './one-server.ts'
import { refuseStandby } from './server.ts'

/** What is still unanswered when a pool closes is cut off after this. */
const CLOSE_MS_MAX = 1000

export interface PoolOptions {
  /** As PostgreSQL shows it: `uptick-…`. */
  readonly name: string
  /** Connections at most; they are opened when they are needed, and closed after ten seconds without use. */
  readonly max: number
  /** Longest statement, ms; 4 s unless given. The answer is waited for a second longer. */
  readonly statementMs?: number
  /** The connection string is that of a pooler that lends a connection for a transaction: see `pooledSettings`. */
  readonly isPooled?: boolean
  /** Where all connections of the process stand: one that comes elsewhere is refused. */
  readonly server?: OneServer
  /** A connection that comes to a standby of PostgreSQL is refused: it would show what is behind. */
  readonly refusesStandbys?: boolean
}

/** From the end of a statement's time to the end of the wait for its answer. */
const ANSWER_MS = 1000

/**
 * A pool whose statements all end. A connection that does not answer in time is destroyed, and so are those that lie idle
 * beside it: what made one of them silent has most likely done the same to the others, and each would cost its next user
 * the whole timeout.
 */
export class BoundedPool extends Pool {
  /** Statements on any of the connections; prepared ones where it is always the same connection. */
  readonly statements: Queryable
  readonly #all = new Set<PoolClient>()
  readonly #idle = new Set<PoolClient>()

  constructor(connection: Connection, options: PoolOptions) {
    const { name, max, statementMs, isPooled = false, server, refusesStandbys = false } = options
    const bounds = statementMs !== undefined && {
      query_timeout: statementMs + ANSWER_MS,
      ...(!isPooled && { statement_timeout: statementMs }),
    }
    const settings = isPooled ? pooledSettings(connection, name) : connectionSettings(connection, name)
    const stands = new Map<PoolClient, string>()
    const arrive = async (client: PoolClient): Promise<void> => {
      const reached = await serverOf(client)
      if (refusesStandbys) refuseStandby(reached)
      server?.join(name, reached)
      stands.set(client, reached.startedAt)
    }
    const verify =
      (server !== undefined || refusesStandbys) &&
      ((client: PoolClient, done: (error?: Error) => void) => arrive(client).then(() => done(), done))
    super({ ...settings, ...bounds, max, ...(verify && { verify }) })
    server?.onMove(({ startedAt }) => {
      for (const [client, at] of stands) if (at !== startedAt) this.#forget(client)
    })
    this.statements = isPooled ? unprepared(this) : this
    // An idle connection that breaks is replaced when the next one is needed.
    this.on('error', () => undefined)
    this.on('connect', (client) => {
      this.#all.add(client)
      // One that breaks while it is in use, between two statements, fails the next of them.
      client.on('error', () => undefined)
    })
    this.on('acquire', (client) => this.#idle.delete(client))
    this.on('release', (error: unknown, client) => this.#released(error, client))
    this.on('remove', (client) => {
      this.#all.delete(client)
      this.#idle.delete(client)
      stands.delete(client)
    })
  }

  /** Destroy the connections that are not in use: they may be silent, and new ones are quickly made. */
  forgetIdle(): void {
    for (const client of this.#idle) this.#forget(client)
  }

  /** Destroy every connection; what is unanswered fails. */
  forgetAll(): void {
    for (const client of this.#all) destroy(client)
  }

  /** Close every connection; those that do not answer are cut off after a second. */
  async close(): Promise<void> {
    if (this.ending) return
    const timer = setTimeout(() => this.forgetAll(), CLOSE_MS_MAX)
    await this.end()
    clearTimeout(timer)
  }

  #forget(client: PoolClient): void {
    // Of an error the pool hears at once, and does not lend it again; of the end of a connection it hears later.
    client.emit('error', new Error('the connection may be silent, or stand on another server'))
    destroy(client)
  }

  #released(error: unknown, client: PoolClient): void {
    // PostgreSQL itself has said no: it is there.
    if (error && severity(error) === undefined) this.forgetIdle()
    else if (!error) this.#idle.add(client)
  }
}

function destroy(client: PoolClient): void {
  client.connection.stream.destroy()
}

/** Nothing is connected before the first use. */
export function openPool(connection: Connection, options: PoolOptions): BoundedPool {
  return new BoundedPool(connection, options)
}

/** `db` without prepared statements: they belong to a connection, and a pooler lends another one each time. */
function unprepared(db: Queryable): Queryable {
  return { query: (config) => db.query({ ...config, name: undefined }) }
}
