import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'
import {
  type Backend,
  closeClient,
  destroyClient,
  endBackend,
  openClient,
  prepareBackend,
  refuseStandby,
  serverOf,
  type TimedQuery,
} from '@uptick/journal'
import { takeTurn } from './sql/take-turn.ts'

const POLL_MS = 100
const RETRY_MS = 500
/**
 * The holder of the turn confirms it this often, ms: a lock whose connection has fallen silent may belong to another.
 */
const CONFIRM_MS = 2_000
const SILENCE_MS_MAX = 2_000

/** Why it waits; `isTaken` when another recorder has the turn. */
type OnWait = (reason: string, isTaken: boolean) => void
const silent: OnWait = () => undefined

export interface RecorderTurnOptions {
  readonly shard: number
  /** Called after each unsuccessful look. */
  readonly onWait: OnWait
  /** The connection that holds the turn was lost or fell silent: others to the same server may be, too. */
  readonly onLost?: () => void
}

/**
 * Decides which of several recorders of a shard records: the one whose session holds a lock of PostgreSQL. The others
 * wait, so that a successor exists before its predecessor stops. The lock only divides the work: that nothing is
 * recorded twice is a matter of the offset, in the transaction of the rows.
 */
export class RecorderTurn {
  readonly #connectionString: string
  readonly #options: RecorderTurnOptions
  #client: Client | undefined
  /** The session that has the lock, or had it when its connection was lost. */
  #backend: Backend | undefined
  #released = false

  constructor(connectionString: string, options: RecorderTurnOptions) {
    this.#options = options
    this.#connectionString = connectionString
  }

  /**
   * Wait for the turn. The signal that it resolves with fires when another recorder has it: a lost connection alone does not
   * end it, if the lock can be taken again. Undefined when `signal` aborted the wait.
   */
  async take(signal: AbortSignal): Promise<AbortSignal | undefined> {
    const client = await this.#wait(signal)
    if (!client) return undefined
    const term = new AbortController()
    this.#hold(client, signal, term)
    return term.signal
  }

  /** Release the turn. */
  async release(): Promise<void> {
    this.#released = true
    if (this.#client) await closeClient(this.#client)
  }

  async #wait(signal: AbortSignal): Promise<Client | undefined> {
    const { onWait } = this.#options
    while (!signal.aborted) {
      const client = await this.#connect(onWait)
      if (client && (await this.#polled(client, signal))) return client
      if (client) destroyClient(client)
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
    const confirming = setInterval(() => {
      const question: TimedQuery = { text: 'SELECT 1', query_timeout: SILENCE_MS_MAX }
      client.query(question).catch(() => destroyClient(client))
    }, CONFIRM_MS)
    client.once('end', () => {
      clearInterval(confirming)
      if (this.#released || signal.aborted) return
      this.#options.onLost?.()
      void this.#again(signal, term)
    })
  }

  /** The connection was lost, and the lock with it. Recording continues meanwhile, and reports its own trouble. */
  async #again(signal: AbortSignal, term: AbortController): Promise<void> {
    while (!signal.aborted) {
      const client = await this.#connect()
      const taken = client && (await this.#takenBack(client))
      if (client && taken) return this.#hold(client, signal, term)
      if (client) destroyClient(client)
      if (taken === false) return term.abort()
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  /** A silent connection leaves a session that keeps the lock: no recorder would get it, not even this one. */
  async #takenBack(client: Client): Promise<boolean | undefined> {
    const lost = this.#backend
    if (lost && (await endBackend(client, lost).catch(() => false))) this.#backend = undefined
    return this.#tried(client)
  }

  async #connect(onWait: OnWait = silent): Promise<Client | undefined> {
    const client = openClient(this.#connectionString, 'uptick-recorder-turn')
    try {
      await client.connect()
      refuseStandby(await serverOf(client))
      return client
    } catch (error) {
      destroyClient(client)
      onWait(`the turn cannot be taken: ${messageOf(error)}`, false)
      return undefined
    }
  }

  /** Undefined: it is unknown. */
  async #tried(client: Client, onWait: OnWait = silent): Promise<boolean | undefined> {
    try {
      const taken = await takeTurn(client, this.#options.shard)
      if (taken) this.#backend = await prepareBackend(client)
      return taken
    } catch (error) {
      onWait(`PostgreSQL does not answer: ${messageOf(error)}`, false)
      return undefined
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
