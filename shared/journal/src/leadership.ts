import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { Backoff } from './backoff.ts'
import { connectionSettings } from './connection-settings.ts'
import type { Connection } from './connection-settings.ts'
import { unlockShard, tryLockShard } from './sql/lock-shard.ts'

/** How often a candidate asks whether the shard is free. */
const ASK_MS = 200

export interface LeadershipOptions {
  /** 0 … 999. */
  readonly shard: number
  /** Hears of failures that are survived: PostgreSQL away, the lock lost with its connection. */
  readonly onTrouble?: (error: unknown) => void
}

/**
 * Tells members of a shard whose turn it is, by a session lock of PostgreSQL: it is free the moment that its holder's
 * connection ends. It decides *when* a member takes over, never whether that is safe – that is the fence in the append.
 * A holder that loses its connection goes on leading until it is fenced, and asks for the lock again in the background.
 */
export class AdvisoryLeadership {
  readonly #connection: Connection
  readonly #shard: number
  readonly #onTrouble: (error: unknown) => void
  readonly #released = new AbortController()
  #holding: Client | undefined

  constructor(connection: Connection, options: LeadershipOptions) {
    this.#connection = connection
    this.#shard = options.shard
    this.#onTrouble = options.onTrouble ?? (() => undefined)
  }

  /** Resolves when the lock is ours; survives lost connections. Rejects when `signal` aborts or after `release`. */
  async acquire(signal: AbortSignal): Promise<void> {
    if (this.#holding) return
    const ended = AbortSignal.any([signal, this.#released.signal])
    const backoff = new Backoff()
    for (;;) {
      ended.throwIfAborted()
      try {
        return await this.#ask(ended)
      } catch (error) {
        ended.throwIfAborted()
        this.#onTrouble(error)
        await backoff.wait(ended)
      }
    }
  }

  /** Give the lock up, so that another member may take over at once. */
  async release(): Promise<void> {
    this.#released.abort()
    const client = this.#holding
    this.#holding = undefined
    if (!client) return
    await unlockShard(client, this.#shard).catch(() => undefined)
    await client.end().catch(() => undefined)
  }

  async #ask(ended: AbortSignal): Promise<void> {
    const client = new Client({
      ...connectionSettings(this.#connection, 'uptick-leadership'),
      query_timeout: 5_000,
    })
    let broken: unknown
    client.on('error', (error) => (broken = error))
    try {
      await client.connect()
      while (!(await tryLockShard(client, this.#shard))) await delay(ASK_MS, undefined, { signal: ended })
      if (broken !== undefined) throw broken
      ended.throwIfAborted()
    } catch (error) {
      await client.end().catch(() => undefined)
      throw error
    }
    this.#holding = client
    client.on('end', () => this.#lost(client))
  }

  #lost(client: Client): void {
    if (this.#holding !== client) return
    this.#holding = undefined
    this.#onTrouble(new Error('the connection that holds the session lock was lost'))
    this.acquire(this.#released.signal).catch(() => undefined)
  }
}

/** Leadership of one shard by a session lock; connects when first asked. */
export function advisoryLeadership(connection: Connection, options: LeadershipOptions): AdvisoryLeadership {
  return new AdvisoryLeadership(connection, options)
}
