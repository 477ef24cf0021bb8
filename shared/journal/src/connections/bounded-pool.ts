import { Pool, type PoolClient } from 'pg'
import { severity } from '../errors.ts'
import { type Connection, connectionSettings, pooledSettings } from './connection-settings.ts'
import type { Queryable } from '../sql/queryable.ts'
import { serverOf } from '../sql/server-of.ts'
import type { OneServer } from './one-server.ts'
import { refuseStandby } from './server.ts'

/** When a pool closes, statements that are still unanswered are cut off after this, ms. */
const CLOSE_MS_MAX = 1000

export interface PoolOptions {
  /** As PostgreSQL shows it: `uptick-…`. */
  readonly name: string
  /** Maximum of connections; they are opened when they are needed, and closed after ten seconds without use. */
  readonly max: number
  /** Longest statement, ms; 4 s unless given. The pool waits a second longer for the answer. */
  readonly statementMs?: number
  /** The connection string is that of a pooler that lends a connection for a transaction: see `pooledSettings`. */
  readonly isPooled?: boolean
  /** The server of all connections of the process: a connection to another one is refused. */
  readonly server?: OneServer
  /** A connection to a standby of PostgreSQL is refused: it would show old state. */
  readonly refusesStandbys?: boolean
}

/** From the end of a statement's time to the end of the wait for its answer. */
const ANSWER_MS = 1000

/**
 * A pool whose statements all end. A connection that does not answer in time is destroyed, and so are the idle ones
 * beside it: the cause of its silence has most likely silenced the others, too, and each would cost its next user the
 * whole timeout.
 */
export class BoundedPool extends Pool {
  /** Runs statements on any of the connections; prepared ones only where the connection is always the same. */
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
      // A connection that breaks between two statements of its user fails the next one.
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

  /** Destroy the connections that are not in use: they may be silent, and new ones are made quickly. */
  forgetIdle(): void {
    for (const client of this.#idle) this.#forget(client)
  }

  /** Destroy every connection; unanswered statements fail. */
  forgetAll(): void {
    for (const client of this.#all) destroy(client)
  }

  /** Close every connection; one that does not answer is cut off after a second. */
  async close(): Promise<void> {
    if (this.ending) return
    const timer = setTimeout(() => this.forgetAll(), CLOSE_MS_MAX)
    await this.end()
    clearTimeout(timer)
  }

  #forget(client: PoolClient): void {
    // The pool learns of an error at once and does not lend the connection again; it learns of the connection's end
    // later.
    client.emit('error', new Error('the connection may be silent, or stand on another server'))
    destroy(client)
  }

  #released(error: unknown, client: PoolClient): void {
    // PostgreSQL itself refused, so it is reachable.
    if (error && severity(error) === undefined) this.forgetIdle()
    else if (!error) this.#idle.add(client)
  }
}

function destroy(client: PoolClient): void {
  client.connection.stream.destroy()
}

/** Connects at the first use. */
export function openPool(connection: Connection, options: PoolOptions): BoundedPool {
  return new BoundedPool(connection, options)
}

/** `db` without prepared statements: they belong to a connection, and a pooler may lend another one each time. */
function unprepared(db: Queryable): Queryable {
  return { query: (config) => db.query({ ...config, name: undefined }) }
}
