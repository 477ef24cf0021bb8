import { setTimeout as delay } from 'node:timers/promises'
import { PostgresError, startPostgres, type PostgresOptions, type PostgresServer } from '@uptick/postgres'
import { causeOf, messageOf } from '@uptick/commandline'
import { closeClient, openClient } from '@uptick/journal'

const NAME = 'uptick'
const BACKOFF_MS = 500

/** For a small machine with many small commits. All settings that affect durability keep PostgreSQL's defaults. */
const settings = {
  max_connections: '60',
  shared_buffers: '128MB',
  max_wal_size: '2GB',
  log_min_messages: 'warning',
  log_checkpoints: 'off',
}

export interface DatabaseOptions extends Omit<PostgresOptions, 'settings'> {
  readonly onRestart: (name: string, how: string, delayMs: number) => void
  readonly onStarted: (name: string, process: number) => void
}

/** The PostgreSQL of the data folder. It is started again on the same port when it dies. */
export class Database {
  readonly #options: DatabaseOptions
  #server: PostgresServer
  #stopping = false
  #restarting: Promise<void> | undefined

  private constructor(options: DatabaseOptions, server: PostgresServer) {
    this.#options = { ...options, port: server.port }
    this.#server = server
    this.#watch()
  }

  static async start(options: DatabaseOptions): Promise<Database> {
    const server = await startPostgres({ ...options, settings })
    const database = new Database(options, server)
    try {
      await database.#create()
      return database
    } catch (error) {
      await database.stop('fast')
      throw new PostgresError(`The database in ${options.directory} cannot be used: ${causeOf(error)}.`)
    }
  }

  get url(): string {
    return this.#server.url(NAME)
  }

  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    this.#stopping = true
    await this.#restarting
    await this.#server.stop(mode)
  }

  #watch(): void {
    this.#options.onStarted('postgres', this.#server.pid)
    void this.#server.exited.then(({ code, signal }) => {
      if (!this.#stopping) this.#restarting = this.#restart(signal ?? `code ${code}`)
    })
  }

  async #restart(ended: string): Promise<void> {
    for (let how = ended; !this.#stopping;) {
      this.#options.onRestart('postgres', how, BACKOFF_MS)
      await delay(BACKOFF_MS)
      if (this.#stopping) return
      try {
        this.#server = await startPostgres({ ...this.#options, settings })
        this.#watch()
        return
      } catch (error) {
        how = messageOf(error)
      }
    }
  }

  async #create(): Promise<void> {
    const client = openClient(this.#server.url(), 'uptick-supervisor')
    await client.connect()
    try {
      const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [NAME])
      if (rowCount === 0) await client.query(`CREATE DATABASE ${NAME}`)
    } finally {
      await closeClient(client)
    }
  }
}
