import type { Client, ClientConfig, QueryConfig, QueryResult, QueryResultRow } from 'pg'
import type { Connection } from './connections/connection-settings.ts'
import { closeClient, destroyClient, openClient } from './connections/open-client.ts'
import type { OneServer } from './connections/one-server.ts'
import { watchForPooler } from './connections/pooler.ts'
import { checkWritable } from './connections/server.ts'
import { leavesCommitInDoubt, type Notice } from './commit-doubt.ts'
import { AppendFailedError, hasNoRoom, isRefusal, isUnusable, reasonOf } from './errors.ts'
import { type Backend, endBackend, prepareBackend } from './sql/backends.ts'
import type { Queryable } from './sql/queryable.ts'

interface Open {
  readonly client: Client
  readonly backend: Backend
  /** Why the answers of this connection can no longer be trusted. */
  doubt: unknown
}

export interface WritingOptions {
  /** How long statements and their answers may take, ms. */
  readonly bounds: ClientConfig
  /** The server of all connections of the process: that of this one. */
  readonly server: OneServer
  /** Called when PostgreSQL has no connection left for this one. */
  readonly makeRoom?: () => void
  /** Called with PostgreSQL's warnings that do not concern the durability of a commit. */
  readonly onWarning?: ((warning: Notice) => void) | undefined
}

/**
 * After a warning that changes nothing, no other is passed on for this long, ms: each statement may raise another one.
 */
const WARNING_PAUSE_MS = 60_000

/**
 * The one connection that writes the journal. Statements are pipelined: each goes out at once and is a transaction of
 * its own, in order. Whatever is in flight when the connection breaks has an unknown outcome; the next connection first
 * ends the lost one's backend, so that no statement is carried out after its outcome was looked up.
 */
export class WritingConnection implements Queryable {
  readonly #newClient: () => Client
  readonly #onWarning: (warning: Notice) => void
  readonly #server: OneServer
  readonly #makeRoom: () => void
  #warnAfter = 0
  #open: Open | undefined
  #opening: Promise<Open> | undefined
  /** The backend of a broken connection, which may still hold statements of ours. */
  #lost: Backend | undefined
  #closed = false

  constructor(connection: Connection, applicationName: string, options: WritingOptions) {
    const { bounds, server, makeRoom = () => undefined, onWarning = () => undefined } = options
    this.#makeRoom = makeRoom
    this.#onWarning = onWarning
    this.#server = server
    server.onDoubt(() => this.#open && this.#abandon(this.#open, new Error('the address leads to another server')))
    this.#newClient = () => openClient(connection, applicationName, { ...bounds, pipeline: true })
  }

  /** The backend in use, connecting if there is none. */
  async backend(): Promise<Backend> {
    return (await this.#connect()).backend
  }

  /**
   * Run one statement. A refusal by PostgreSQL itself means that nothing was written; any other failure
   * leaves the outcome unknown and closes the connection.
   */
  async query<Row extends QueryResultRow>(config: QueryConfig): Promise<QueryResult<Row>> {
    // Without the first branch, two statements issued in one turn could change places.
    const open = this.#open ?? (await this.#connect())
    try {
      const result = await open.client.query<Row>(config)
      if (open.doubt === undefined) return result
    } catch (error) {
      if (isRefusal(error) && open.doubt === undefined) {
        if (isUnusable(error)) this.#abandon(open, error)
        throw new AppendFailedError(`PostgreSQL refused the statement: ${reasonOf(error)}`, 'absent', { cause: error })
      }
      this.#abandon(open, error)
    }
    throw new AppendFailedError('the connection broke before the answer', 'unknown', { cause: open.doubt })
  }

  async close(): Promise<void> {
    this.#closed = true
    const open = this.#open ?? (await this.#opening?.catch(() => undefined))
    this.#open = undefined
    if (open) await closeClient(open.client)
  }

  #connect(): Promise<Open> {
    if (this.#closed) return Promise.reject(new AppendFailedError('the journal is closed', 'absent'))
    if (this.#open) return Promise.resolve(this.#open)
    this.#opening ??= this.#openClient().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async #openClient(): Promise<Open> {
    const client = this.#newClient()
    const errors: unknown[] = []
    client.on('error', (error) => errors.push(error))
    const checkPooler = watchForPooler(client)
    try {
      await client.connect()
      const { server, ...backend } = await prepareBackend(client)
      await checkPooler(backend.pid, this.#newClient)
      checkWritable(server)
      const open: Open = { client, backend, doubt: undefined }
      if (this.#lost && !(await endBackend(client, this.#lost))) throw new Error('the lost backend does not end')
      if (errors.length > 0) throw errors[0]
      client.on('error', (error) => this.#abandon(open, error))
      client.on('end', () => this.#abandon(open, new Error('PostgreSQL closed the connection')))
      client.on('notice', (notice) => this.#noticed(open, notice))
      this.#lost = undefined
      this.#open = open
      this.#server.write(server)
      return open
    } catch (error) {
      destroyClient(client)
      if (hasNoRoom(error)) this.#makeRoom()
      throw new AppendFailedError(`PostgreSQL cannot be written to: ${reasonOf(error)}`, 'absent', { cause: error })
    }
  }

  #noticed(open: Open, notice: Notice): void {
    if (leavesCommitInDoubt(notice)) return this.#abandon(open, notice)
    const now = performance.now()
    if (!notice.code?.startsWith('01') || now < this.#warnAfter) return
    this.#warnAfter = now + WARNING_PAUSE_MS
    this.#onWarning(notice)
  }

  #abandon(open: Open, reason: unknown): void {
    if (open.doubt !== undefined) return
    open.doubt = reason ?? new Error('the connection broke')
    if (this.#open === open) {
      this.#open = undefined
      this.#server.leave()
    }
    if (!this.#closed) this.#lost = open.backend
    destroyClient(open.client)
  }
}
