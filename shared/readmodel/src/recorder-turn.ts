import { setTimeout as delay } from 'node:timers/promises'
import { Client, type ClientConfig } from 'pg'
import { takeTurn } from './sql/take-turn.ts'

const POLL_MS = 100
const RETRY_MS = 500
const CONNECT_MS_MAX = 3_000
const QUERY_MS_MAX = 5_000

/** Why it waits; `isTaken` when that is because somebody else has the turn. */
type OnWait = (reason: string, isTaken: boolean) => void
const silent: OnWait = () => undefined

export interface RecorderTurnOptions {
  readonly shard: number
  /** Called each time that it looked in vain. */
  readonly onWait: OnWait
}

/**
 * Which of several recorders of a shard records: whoever holds a lock of PostgreSQL's for its session. The others wait,
 * so that a successor is there before its predecessor goes. It is about who does the work: that nothing is recorded
 * twice is a matter of the offset, in the transaction of the rows.
 */
export class RecorderTurn {
  readonly #settings: ClientConfig
  readonly #options: RecorderTurnOptions
  #client: Client | undefined
  #released = false

  constructor(connectionString: string, options: RecorderTurnOptions) {
    this.#options = options
    this.#settings = {
      connectionString,
      connectionTimeoutMillis: CONNECT_MS_MAX,
      query_timeout: QUERY_MS_MAX,
      keepAlive: true,
      application_name: 'uptick-recorder-turn',
    }
  }

  /**
   * Wait for the turn. The signal that it resolves with fires when somebody else has it: a lost connection alone does not
   * end it, if the lock can be taken again. Undefined when `signal` aborted the wait.
   */
  async take(signal: AbortSignal): Promise<AbortSignal | undefined> {
    const client = await this.#wait(signal)
    if (!client) return undefined
    const term = new AbortController()
    this.#hold(client, signal, term)
    return term.signal
  }

  /** Let the next one have it. */
  async release(): Promise<void> {
    this.#released = true
    await this.#client?.end()
  }

  async #wait(signal: AbortSignal): Promise<Client | undefined> {
    const { onWait } = this.#options
    while (!signal.aborted) {
      const client = await this.#connect(onWait)
      if (client && (await this.#polled(client, signal))) return client
      await client?.end().catch(() => undefined)
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined)
    }
    return undefined
  }

  /** Ask until it is ours; false when the connection is lost or `signal` aborts. */
  async #polled(client: Client, signal: AbortSignal): Promise<boolean> {
    const { onWait } = this.#options
    while (!signal.aborted) {
      const taken = await this.#tried(client, onWait)
      if (taken !== false) return taken ?? false
      onWait('another recorder is at work', true)
      await delay(POLL_MS, undefined, { signal }).catch(() => undefined)
    }
    return false
  }

  #hold(client: Client, signal: AbortSignal, term: AbortController): void {
    this.#client = client
    client.once('end', () => {
      if (!this.#released && !signal.aborted) void this.#again(signal, term)
    })
  }

  /** The connection was lost, and the lock with it. Recording goes on meanwhile, and has its own say about trouble. */
  async #again(signal: AbortSignal, term: AbortController): Promise<void> {
    while (!signal.aborted) {
      const client = await this.#connect()
      const taken = client && (await this.#tried(client))
      if (client && taken) return this.#hold(client, signal, term)
      await client?.end().catch(() => undefined)
      if (taken === false) return term.abort()
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  async #connect(onWait: OnWait = silent): Promise<Client | undefined> {
    const client = new Client(this.#settings)
    // What breaks is noticed by the query, or by `end`.
    client.on('error', () => undefined)
    try {
      await client.connect()
      return client
    } catch (error) {
      onWait(`PostgreSQL does not answer: ${messageOf(error)}`, false)
      return undefined
    }
  }

  /** Undefined: nobody knows. */
  async #tried(client: Client, onWait: OnWait = silent): Promise<boolean | undefined> {
    try {
      return await takeTurn(client, this.#options.shard)
    } catch (error) {
      onWait(`PostgreSQL does not answer: ${messageOf(error)}`, false)
      return undefined
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
