import type { CancelTimer, Clock, Timers } from '@uptick/runtime'
import type { ApiKey } from './api-key.ts'
import { EVERYTHING, type KeyChange } from './key-table.ts'

/** Where keys come from: the table, or a test. */
export interface KeySource {
  changedSince(horizon: string): Promise<{ horizon: string; changes: KeyChange[] }>
}

/** Keys in force that cannot be decrypted: they were encrypted with another key, or are damaged. */
export class UnreadableKeys extends Error {
  override readonly name = 'UnreadableKeys'

  constructor(count: number, example?: string) {
    const which = example === undefined ? '' : `, ${example} among them`
    super(`KEY_ENCRYPTION_KEY does not open ${count} API keys of this database${which}: another key sealed them`)
  }
}

/** A key that was revoked on another gateway is refused here after at most this time and one query. */
export const KEY_POLL_MS = 400
/** Keys whose last confirmation is older than this let no client in, unless set otherwise. */
export const KEYS_AGE_MS_MAX = 5000

export interface KeyStoreOptions {
  readonly clock: Clock
  readonly timers: Timers
  /** ms */
  readonly ageMax: number
  readonly failed: (error: unknown) => void
}

/**
 * The keys in force, in memory. They are refreshed on a notification and at least every `KEY_POLL_MS`, because a
 * notification may be lost. Without an answer for `ageMax` no key is accepted: one may have been revoked elsewhere.
 */
export class KeyStore {
  readonly #source: KeySource
  readonly #options: KeyStoreOptions
  readonly #keys = new Map<string, ApiKey>()
  readonly #revoked = new Set<(apiKey: string) => void>()
  #horizon = EVERYTHING
  /** When the last query that was answered began, by the monotonic clock. */
  #confirmedAt = Number.NEGATIVE_INFINITY
  #cancel: CancelTimer = () => {}
  #running: Promise<void> | undefined
  #again = false
  #closed = false

  constructor(source: KeySource, options: KeyStoreOptions) {
    this.#source = source
    this.#options = options
  }

  /**
   * Load all keys, then keep them current.
   *
   * @throws UnreadableKeys when there are encrypted keys and none of them can be decrypted; any error of the first load
   */
  async start(): Promise<void> {
    const unreadable = await this.#load()
    const opened = [...this.#keys.values()].some(({ type }) => type === 'HMAC')
    if (unreadable > 0 && !opened) throw new UnreadableKeys(unreadable)
    this.#schedule()
  }

  find(apiKey: string): ApiKey | undefined {
    return this.#keys.get(apiKey)
  }

  /** Age of the table's state that these keys show, ms. */
  get age(): number {
    return this.#options.clock.elapsed() - this.#confirmedAt
  }

  /** False when a key may have been revoked without this gateway's knowledge: then no client is let in. */
  get isConfirmed(): boolean {
    return this.age <= this.#options.ageMax
  }

  /** Called with each key that becomes invalid: sessions that logged on with it must end. */
  onRevoked(listener: (apiKey: string) => void): void {
    this.#revoked.add(listener)
  }

  /** Query now. Resolves when the table as of this call, or later, is in memory. */
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

  /** Returns how many of the changed keys cannot be read. */
  async #load(): Promise<number> {
    const askedAt = this.#options.clock.elapsed()
    const { horizon, changes } = await this.#source.changedSince(this.#horizon)
    const unreadable = changes.filter((change) => change.unreadable === true)
    for (const { apiKey, key, complaint } of changes) {
      if (complaint !== undefined && !this.#keys.has(apiKey)) this.#options.failed(new Error(complaint))
      if (key !== undefined) this.#keys.set(apiKey, key)
      else if (this.#keys.delete(apiKey)) for (const listener of this.#revoked) listener(apiKey)
    }
    this.#horizon = horizon
    this.#confirmedAt = askedAt
    if (unreadable.length > 0) this.#options.failed(new UnreadableKeys(unreadable.length, unreadable[0]?.apiKey))
    return unreadable.length
  }

  #schedule(): void {
    if (this.#closed) return
    this.#cancel = this.#options.timers.after(KEY_POLL_MS, () => {
      this.refresh()
        .catch(this.#options.failed)
        .finally(() => this.#schedule())
    })
  }
}
