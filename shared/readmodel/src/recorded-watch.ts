import { Client } from 'pg'
import type { ClientConfig } from 'pg'
import { RECORDED_CHANNEL } from './sql/move-offset.ts'
import type { Queryable } from './sql/queryable.ts'
import { readOffset } from './sql/read-offset.ts'

/** How often the offset is read while somebody waits, in case a notification is lost. */
const POLL_MS = 50
const RECONNECT_MS = 1000
/** More waiters than this are refused: the database is not coming back for so many. */
export const WAITERS_MAX = 100_000

interface Waiter {
  readonly sequence: number
  readonly done: (recorded: boolean) => void
}

/**
 * Waits for the recorder to have passed a sequence. The recorder's commits notify with their sequence, so a wait that is
 * short costs no query; a lost connection only makes it slower, because the offset is then polled.
 */
export class RecordedWatch {
  readonly #db: Queryable
  readonly #settings: ClientConfig
  readonly #shard: number
  #through = 0
  #waiters = new Set<Waiter>()
  #poll: NodeJS.Timeout | undefined
  #reading = false
  #client: Client | undefined
  #connecting: Promise<void> | undefined
  #retryAt = 0
  #closed = false

  constructor(db: Queryable, settings: ClientConfig, shard: number) {
    this.#db = db
    this.#settings = settings
    this.#shard = shard
  }

  /** Highest sequence known to be recorded; may be behind. */
  get through(): number {
    return this.#through
  }

  /** Whether everything up to `sequence` was recorded within `timeoutMs`. */
  async wait(sequence: number, timeoutMs: number): Promise<boolean> {
    if (sequence <= this.#through) return true
    if (this.#closed || this.#waiters.size >= WAITERS_MAX) return false
    this.#listen()
    return new Promise((resolve) => {
      const waiter: Waiter = {
        sequence,
        done: (recorded) => {
          clearTimeout(timer)
          this.#waiters.delete(waiter)
          if (this.#waiters.size === 0) {
            clearInterval(this.#poll)
            this.#poll = undefined
          }
          resolve(recorded)
        },
      }
      const timer = setTimeout(() => waiter.done(false), timeoutMs)
      this.#waiters.add(waiter)
      this.#poll ??= setInterval(() => this.#read(), POLL_MS)
      this.#read()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const waiter of this.#waiters) waiter.done(false)
    await this.#connecting
    await this.#client?.end()
  }

  #advance(through: number): void {
    if (through <= this.#through) return
    this.#through = through
    for (const waiter of this.#waiters) if (waiter.sequence <= through) waiter.done(true)
  }

  #read(): void {
    this.#listen()
    if (this.#reading) return
    this.#reading = true
    readOffset(this.#db, this.#shard)
      .then(({ sequence }) => this.#advance(sequence))
      // Tried again at the next tick; the waiter's own timeout bounds it.
      .catch(() => undefined)
      .finally(() => (this.#reading = false))
  }

  #listen(): void {
    if (this.#closed || this.#client || this.#connecting || Date.now() < this.#retryAt) return
    this.#retryAt = Date.now() + RECONNECT_MS
    this.#connecting = this.#connect().finally(() => (this.#connecting = undefined))
  }

  async #connect(): Promise<void> {
    const client = new Client(this.#settings)
    const drop = (): void => {
      if (this.#client === client) this.#client = undefined
    }
    client.on('error', drop)
    client.on('end', drop)
    client.on('notification', ({ payload = '' }) => {
      const [shard, sequence] = payload.split(':').map(Number)
      if (shard === this.#shard) this.#advance(sequence)
    })
    try {
      await client.connect()
      await client.query(`LISTEN ${RECORDED_CHANNEL}`)
      this.#client = client
    } catch {
      await client.end().catch(() => undefined)
    }
  }
}
