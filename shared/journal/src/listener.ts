import { Client } from 'pg'
import type { ClientConfig } from 'pg'

/** After a failed connection the next is tried no sooner than this; polling carries on meanwhile. */
const RECONNECT_MS = 1000

/**
 * Waits for NOTIFY on one channel with one payload. Only a hint: it is never an error when there is no connection, the
 * caller's timeout ends the wait.
 */
export class Listener {
  readonly #settings: ClientConfig
  readonly #channel: string
  readonly #payload: string | undefined
  #client: Client | undefined
  #connecting: Promise<void> | undefined
  #retryAt = 0
  #heard = false
  #wake: (() => void) | undefined
  #closed = false

  /** Without `payload`, every notification on the channel wakes. */
  constructor(settings: ClientConfig, channel: string, payload?: string) {
    this.#settings = settings
    this.#channel = channel
    this.#payload = payload
  }

  /** Forget what was heard so far; call it before looking, so that what comes between looking and waiting is not missed. */
  arm(): void {
    this.#heard = false
  }

  /** Resolves when something was heard since `arm`, after `timeoutMs`, or when `signal` aborts. */
  async wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    this.#connect()
    if (this.#heard || signal.aborted || this.#closed) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        this.#wake = undefined
        resolve()
      }
      const timer = setTimeout(done, timeoutMs)
      signal.addEventListener('abort', done, { once: true })
      this.#wake = done
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#wake?.()
    await this.#connecting
    await this.#client?.end()
  }

  #connect(): void {
    if (this.#closed || this.#client || this.#connecting || Date.now() < this.#retryAt) return
    this.#retryAt = Date.now() + RECONNECT_MS
    this.#connecting = this.#listen().finally(() => (this.#connecting = undefined))
  }

  async #listen(): Promise<void> {
    const client = new Client(this.#settings)
    const drop = (): void => {
      if (this.#client === client) this.#client = undefined
    }
    client.on('error', drop)
    client.on('end', drop)
    client.on('notification', ({ payload }) => {
      if (this.#payload === undefined || payload === this.#payload) this.#hear()
    })
    try {
      await client.connect()
      await client.query(`LISTEN ${client.escapeIdentifier(this.#channel)}`)
      this.#client = client
      // Something may have been said before we listened.
      this.#hear()
    } catch {
      await client.end().catch(() => undefined)
    }
  }

  #hear(): void {
    this.#heard = true
    this.#wake?.()
  }
}
