import { Client } from 'pg'
import type { CancelTimer, Timers } from '../seams.ts'
import { KEY_CHANNEL } from './key-table.ts'

const RECONNECT_MS = 1000

/** Listens for changes of the key table on a connection of its own and dials again when it is lost. */
export class KeyListener {
  readonly #databaseUrl: string
  readonly #timers: Timers
  readonly #changed: () => void
  #client: Client | undefined
  #cancel: CancelTimer = () => {}
  #closed = false

  constructor(databaseUrl: string, timers: Timers, changed: () => void) {
    this.#databaseUrl = databaseUrl
    this.#timers = timers
    this.#changed = changed
  }

  /** Never throws: without notifications the poll finds the changes. */
  async start(): Promise<void> {
    const client = new Client({ connectionString: this.#databaseUrl, application_name: 'uptick-gateway-keys' })
    this.#client = client
    client.on('notification', () => this.#changed())
    client.on('error', () => this.#lost(client))
    client.on('end', () => this.#lost(client))
    try {
      await client.connect()
      await client.query(`LISTEN ${KEY_CHANNEL}`)
      this.#changed()
    } catch {
      this.#lost(client)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancel()
    const client = this.#client
    this.#client = undefined
    await client?.end().catch(() => {})
  }

  #lost(client: Client): void {
    if (this.#client !== client) return
    this.#client = undefined
    client.end().catch(() => {})
    if (this.#closed) return
    this.#cancel = this.#timers.after(RECONNECT_MS, () => void this.start())
  }
}
