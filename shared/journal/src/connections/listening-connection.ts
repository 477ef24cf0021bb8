import type { Client, QueryConfig, QueryResult, QueryResultRow } from 'pg'
import { hasNoRoom, severity } from '../errors.ts'
import type { Queryable } from '../sql/queryable.ts'
import { serverOf } from '../sql/server-of.ts'
import type { Connection } from './connection-settings.ts'
import type { OneServer } from './one-server.ts'
import { closeClient, destroyClient, openClient } from './open-client.ts'
import type { Server } from './server.ts'

/** Pause before a lost connection is made again, ms. */
const RECONNECT_MS = 500
/** The same where PostgreSQL has no connection left, ms: others need one more urgently. */
const NO_ROOM_MS = 2000
/** A connection that was silent for this long is asked for a sign of life, ms. */
const HEARTBEAT_MS = 1000
/** A question that is unanswered for this long is taken as lost, ms: the connection is replaced. */
const SILENCE_MS_MAX = 2000
const STATEMENT_MS_MAX = 10_000

/** Called with a payload; with undefined when the connection is new, because notifications may have been missed. */
export type Hear = (payload: string | undefined) => void

/** A statement whose answer may take longer than others: `query_timeout` in ms. */
export type TimedQuery = QueryConfig & { readonly query_timeout?: number }

/**
 * The one connection of a process that listens, on any number of channels, and that short statements may share. A lost
 * connection is made again until it succeeds. A silent one is noticed within three seconds, before TCP notices: it is
 * asked for a sign of life every second.
 */
export class ListeningConnection implements Queryable {
  readonly #connection: Connection
  readonly #name: string
  readonly #server: OneServer | undefined
  readonly #endWatch: () => void
  readonly #channels = new Map<string, Set<Hear>>()
  readonly #lostListeners = new Set<() => void>()
  #client: Client | undefined
  #standsOn: Server | undefined
  #opening: Promise<Client> | undefined
  #retry: NodeJS.Timeout | undefined
  #beat: NodeJS.Timeout | undefined
  #inFlight = 0
  #isKept = false
  #closed = false

  /** With `server`, it connects only to the server of all connections of the process. */
  constructor(connection: Connection, applicationName: string, server?: OneServer) {
    this.#connection = connection
    this.#name = applicationName
    this.#server = server
    this.#endWatch = server?.onMove(({ startedAt }) => this.#leave(startedAt)) ?? (() => undefined)
  }

  /** Whether it is connected, as far as is known. */
  get isOpen(): boolean {
    return this.#client !== undefined
  }

  /** Connect, and stay connected. Never throws: an unreachable server is tried again. */
  start(): void {
    this.#isKept = true
    void this.#connect().catch(() => undefined)
  }

  /** Listen on a channel from now on. Starts the connection. Returns the function that ends the listening. */
  listen(channel: string, hear: Hear): () => void {
    let hearers = this.#channels.get(channel)
    if (hearers === undefined) {
      hearers = new Set()
      this.#channels.set(channel, hearers)
      const client = this.#client
      if (client !== undefined) void this.#subscribe(client, channel).catch(() => this.#lose(client))
    }
    hearers.add(hear)
    this.start()
    return () => void hearers.delete(hear)
  }

  /** Called when the connection was lost or fell silent. */
  onLost(listener: () => void): void {
    this.#lostListeners.add(listener)
  }

  /** Run a short statement. Without its answer within two seconds it fails, and the connection is destroyed. */
  async query<Row extends QueryResultRow>(config: TimedQuery): Promise<QueryResult<Row>> {
    const client = await this.#connect()
    this.#inFlight++
    try {
      return await client.query<Row>(config)
    } catch (error) {
      // PostgreSQL itself did not refuse: the connection failed.
      if (severity(error) === undefined) this.#lose(client)
      throw error
    } finally {
      this.#inFlight--
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#endWatch()
    clearTimeout(this.#retry)
    clearInterval(this.#beat)
    const client = this.#client ?? (await this.#opening?.catch(() => undefined))
    this.#client = undefined
    if (client !== undefined) await closeClient(client)
  }

  #connect(): Promise<Client> {
    if (this.#closed) return Promise.reject(new Error('the connection is closed'))
    if (this.#client) return Promise.resolve(this.#client)
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined))
    return this.#opening
  }

  async #open(): Promise<Client> {
    clearTimeout(this.#retry)
    const client = openClient(this.#connection, this.#name, {
      statement_timeout: STATEMENT_MS_MAX,
      query_timeout: SILENCE_MS_MAX,
      // A statement is sent at once.
      pipeline: true,
    })
    try {
      await client.connect()
      if (this.#server) {
        this.#standsOn = await serverOf(client)
        this.#server.join(this.#name, this.#standsOn)
      }
      client.on('notification', ({ channel, payload }) => this.#tell(channel, payload ?? ''))
      for (const channel of this.#channels.keys()) await this.#subscribe(client, channel)
    } catch (error) {
      destroyClient(client)
      this.#connectLater(hasNoRoom(error) ? NO_ROOM_MS : RECONNECT_MS)
      throw error
    }
    if (this.#closed) return client
    this.#client = client
    client.on('error', () => this.#lose(client))
    client.on('end', () => this.#lose(client))
    this.#beat = setInterval(() => this.#askForLife(client), HEARTBEAT_MS)
    for (const channel of this.#channels.keys()) this.#tell(channel, undefined)
    return client
  }

  async #subscribe(client: Client, channel: string): Promise<void> {
    await client.query(`LISTEN ${client.escapeIdentifier(channel)}`)
  }

  #askForLife(client: Client): void {
    // A query that waits for its answer notices the end.
    if (this.#inFlight > 0 || this.#client !== client) return
    void this.query({ text: 'SELECT 1' }).catch(() => undefined)
  }

  /** The writing connection is connected to the server with this start time. */
  #leave(startedAt: string): void {
    if (this.#client && this.#standsOn?.startedAt !== startedAt) this.#lose(this.#client)
  }

  #lose(client: Client): void {
    destroyClient(client)
    if (this.#client !== client) return
    this.#client = undefined
    clearInterval(this.#beat)
    if (this.#closed) return
    for (const listener of this.#lostListeners) listener()
    this.#connectLater()
  }

  #connectLater(ms = RECONNECT_MS): void {
    if (!this.#isKept || this.#closed) return
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => this.start(), ms)
  }

  #tell(channel: string, payload: string | undefined): void {
    for (const hear of this.#channels.get(channel) ?? []) hear(payload)
  }
}
