import type { ApiKey } from './api-key.ts'
import type { KeyChange } from './key-table.ts'
import type { CancelTimer, Timers } from '../seams.ts'

/** Where keys come from: the table, or a test. */
export interface KeySource {
  changedSince(horizon: string): Promise<{ horizon: string; changes: KeyChange[] }>
}

/** A key that was revoked on another gateway is refused here after at most this and one query. */
export const KEY_POLL_MS = 400

/**
 * The keys in force, in memory. Refreshed on a notification and, because notifications are hints, at least every
 * `KEY_POLL_MS`. While the database is away the keys known so far stay in force: nobody can revoke one then, either.
 */
export class KeyStore {
  readonly #source: KeySource
  readonly #timers: Timers
  readonly #failed: (error: unknown) => void
  readonly #keys = new Map<string, ApiKey>()
  readonly #revoked = new Set<(apiKey: string) => void>()
  #horizon = '0'
  #cancel: CancelTimer = () => {}
  #running: Promise<void> | undefined
  #again = false
  #closed = false

  constructor(source: KeySource, timers: Timers, failed: (error: unknown) => void) {
    this.#source = source
    this.#timers = timers
    this.#failed = failed
  }

  /** Load all keys, then keep looking. Throws when the first load fails. */
  async start(): Promise<void> {
    await this.#load()
    this.#schedule()
  }

  find(apiKey: string): ApiKey | undefined {
    return this.#keys.get(apiKey)
  }

  /** Called with each key that stops being valid: sessions logged on with it must end. */
  onRevoked(listener: (apiKey: string) => void): void {
    this.#revoked.add(listener)
  }

  /** Look now; resolves when the table as of this call, or later, is in memory. */
  async refresh(): Promise<void> {
    if (this.#running !== undefined) {
      this.#again = true
      return this.#running
    }
    this.#running = this.#refreshUntilQuiet().finally(() => (this.#running = undefined))
    return this.#running
  }

  close(): void {
    this.#closed = true
    this.#cancel()
  }

  async #refreshUntilQuiet(): Promise<void> {
    do {
      this.#again = false
      await this.#load()
    } while (this.#again && !this.#closed)
  }

  async #load(): Promise<void> {
    const { horizon, changes } = await this.#source.changedSince(this.#horizon)
    for (const { apiKey, key } of changes) {
      if (key !== undefined) this.#keys.set(apiKey, key)
      else if (this.#keys.delete(apiKey)) for (const listener of this.#revoked) listener(apiKey)
    }
    this.#horizon = horizon
  }

  #schedule(): void {
    if (this.#closed) return
    this.#cancel = this.#timers.after(KEY_POLL_MS, () => {
      this.refresh()
        .catch(this.#failed)
        .finally(() => this.#schedule())
    })
  }
}
