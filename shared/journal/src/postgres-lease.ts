import { randomInt } from 'node:crypto'
import type { Client } from 'pg'
import type { Connection } from './connections/connection-settings.ts'
import { closeClient, destroyClient, openClient } from './connections/open-client.ts'
import { watchForPooler } from './connections/pooler.ts'
import { checkWritable, type Server } from './connections/server.ts'
import { hasNoRoom, isUnusable, JournalError, reasonOf, severity } from './errors.ts'
import type { Batch, Head } from './journal.ts'
import type { ClockReading, Lease, LeaseView, Loss } from './lease.ts'
import type { PostgresJournal } from './postgres-journal.ts'
import { prepareBackend } from './sql/backends.ts'
import {
  ensureLease,
  haltLease,
  handLease,
  LEASE_CHANNEL,
  liftHalt,
  readLease,
  renewLease,
  showLife,
} from './sql/lease.ts'
import { readHead } from './sql/read-head.ts'

/** Keys of signs of life are drawn from here; two holders with the same one would only seem to live longer. */
const LIFE_MAX = 2 ** 31 - 1

export interface LeaseOptions {
  /** 0 … 999. */
  readonly shard: number
  /** Names this process among all that ever were. */
  readonly holder: string
  /** The address of this process for others. */
  readonly url: string
  readonly leaseMs: number
}

interface Open {
  readonly client: Client
  readonly life: number
  readonly server: Server
  /** This connection is lost: the next statement takes another one. */
  lose(): void
}

/**
 * The lease in PostgreSQL, on one connection of its own, which also carries the sign of life: while it is open, others
 * see the holder alive. Claims go through the journal's writing connection, so that one whose answer was lost can not
 * be carried out later.
 */
export class PostgresLease implements Lease {
  readonly holder: string
  readonly #journal: PostgresJournal
  readonly #connection: Connection
  readonly #options: LeaseOptions
  readonly #listeners = new Set<() => void>()
  readonly #endWatch: () => void
  #open: Open | undefined
  #opening: Promise<Open> | undefined
  #closed = false
  #reading: ClockReading | undefined

  constructor(journal: PostgresJournal, connection: Connection, options: LeaseOptions) {
    this.holder = options.holder
    this.#journal = journal
    this.#connection = connection
    this.#options = options
    this.#endWatch = journal.server.onMove(({ startedAt }) => {
      if (this.#open && this.#open.server.startedAt !== startedAt) this.#open.lose()
    })
  }

  get isAlive(): boolean {
    return this.#open !== undefined
  }

  get reading(): ClockReading | undefined {
    return this.#reading
  }

  async look(): Promise<LeaseView> {
    return this.#run('the lease could not be read', async ({ client }) => {
      const { shard } = this.#options
      let askedAt = performance.now()
      let view = await readLease(client, shard)
      if (!view) {
        await ensureLease(client, shard)
        askedAt = performance.now()
        view = await readLease(client, shard)
      }
      if (!view) throw new JournalError('the lease has no row')
      this.#read(view.time, askedAt)
      return view
    })
  }

  async claim(ended = 0, newest?: Batch): Promise<Head | undefined> {
    const { holder, url, leaseMs } = this.#options
    const { life } = await this.#connect()
    return this.#journal.claim({ holder, url, life, leaseMs, ended }, newest)
  }

  async renew(epoch: number): Promise<boolean> {
    return this.#run('the lease could not be renewed', async ({ client, life }) => {
      const { shard, holder, leaseMs } = this.#options
      const askedAt = performance.now()
      const time = await renewLease(client, shard, epoch, { holder, life, leaseMs })
      if (time === undefined) return false
      this.#read(time, askedAt)
      return true
    })
  }

  async leads(epoch: number): Promise<boolean> {
    const { shard } = this.#options
    const head = await this.#run('the epoch could not be confirmed', ({ client }) => readHead(client, shard))
    return !this.#journal.isSuperseded(head, epoch)
  }

  async hand(epoch: number, successor?: string): Promise<boolean> {
    return this.#run('the lease could not be handed on', ({ client }) =>
      handLease(client, this.#options.shard, epoch, this.holder, successor),
    )
  }

  async halt(reason: string, loss: Loss): Promise<boolean> {
    const { shard } = this.#options
    return this.#run('the shard could not be halted', ({ client }) => haltLease(client, shard, reason, loss))
  }

  async lift(): Promise<void> {
    const { shard } = this.#options
    await this.#run('the halt could not be lifted', ({ client }) => liftHalt(client, shard))
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#endWatch()
    const open = this.#open ?? (await this.#opening?.catch(() => undefined))
    this.#open = undefined
    if (open) await closeClient(open.client)
  }

  #read(time: number, askedAt: number): void {
    this.#reading = { time, askedAt, heardAt: performance.now() }
  }

  async #run<T>(what: string, statement: (open: Open) => Promise<T>): Promise<T> {
    let open: Open | undefined
    try {
      open = await this.#connect()
      return await statement(open)
    } catch (error) {
      if (error instanceof JournalError) throw error
      // Either the connection failed, or PostgreSQL would refuse every later statement, too.
      if (severity(error) === undefined || isUnusable(error)) open?.lose()
      throw new JournalError(`${what}: ${reasonOf(error)}`, { cause: error })
    }
  }

  #connect(): Promise<Open> {
    if (this.#closed) return Promise.reject(new JournalError('the lease is closed'))
    if (this.#open) return Promise.resolve(this.#open)
    this.#opening ??= this.#openClient().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async #openClient(): Promise<Open> {
    const { leaseMs } = this.#options
    const client = openClient(this.#connection, 'uptick-lease', {
      // A statement without an answer for a whole lease is lost, as when PostgreSQL has moved and its old machine is
      // silent. The connection is given up then: all later statements would queue behind it.
      pipeline: true,
      query_timeout: leaseMs,
      connectionTimeoutMillis: leaseMs,
    })
    let broken = false
    const lose = (): void => {
      broken = true
      if (this.#open?.client !== client) return
      this.#open = undefined
      destroyClient(client)
      this.#tell()
    }
    client.on('error', lose)
    client.on('end', lose)
    const checkPooler = watchForPooler(client)
    try {
      await client.connect()
      const { server, pid } = await prepareBackend(client)
      await checkPooler(pid, () => openClient(this.#connection, 'uptick-lease', { connectionTimeoutMillis: leaseMs }))
      checkWritable(server)
      this.#journal.server.join('the lease', server)
      const life = randomInt(1, LIFE_MAX)
      if (!(await showLife(client, life))) throw new JournalError('the sign of life is taken')
      client.on('notification', ({ payload }) => {
        if (payload === String(this.#options.shard)) this.#tell()
      })
      await client.query(`LISTEN ${LEASE_CHANNEL}`)
      if (broken) throw new JournalError('the connection broke')
      this.#open = { client, life, server, lose }
      return this.#open
    } catch (error) {
      destroyClient(client)
      if (hasNoRoom(error)) this.#journal.makeRoom()
      throw error
    }
  }

  #tell(): void {
    if (!this.#closed) for (const listener of this.#listeners) listener()
  }
}

/** The lease of one shard. Connects when first used. */
export function openLease(journal: PostgresJournal, connection: Connection, options: LeaseOptions): PostgresLease {
  return new PostgresLease(journal, connection, options)
}
