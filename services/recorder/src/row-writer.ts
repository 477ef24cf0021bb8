import { type BoundedPool, openPool, retryWithBackoff } from '@uptick/journal'
import {
  OffsetConflictError,
  readOffset,
  recordBatch,
  type RecordedOffset,
  type RecordedRange,
  type RecordedRows,
} from '@uptick/readmodel'

/** Time for one statement of very many rows on a very slow disk, ms. Past it the statement is tried again. */
const STATEMENT_MS_MAX = 20_000

export interface RowWriterOptions {
  readonly connectionString: string
  readonly shard: number
  /** Called for each failed attempt, and with `undefined` after the next success. */
  readonly onTrouble: (error: unknown) => void
}

/** Writes rows until they are stored. It survives lost connections and restarts of PostgreSQL. */
export class RowWriter {
  readonly #pool: BoundedPool
  readonly #options: RowWriterOptions

  constructor(options: RowWriterOptions) {
    this.#options = options
    this.#pool = openPool(options.connectionString, {
      name: 'uptick-recorder',
      max: 1,
      statementMs: STATEMENT_MS_MAX,
      refusesStandbys: true,
    })
  }

  offset(): Promise<RecordedOffset> {
    return readOffset(this.#pool, this.#options.shard)
  }

  /**
   * Record the rows exactly once. When an attempt fails, the offset tells whether it succeeded after all.
   *
   * @throws OffsetConflictError when another recorder writes too; the last error when `signal` aborts
   */
  async write(range: RecordedRange, rows: RecordedRows, signal: AbortSignal): Promise<void> {
    let troubled = false
    const result = await retryWithBackoff(
      () => this.#attempt(range, rows, troubled),
      signal,
      (error) => {
        troubled = true
        this.#options.onTrouble(error)
      },
    )
    if (troubled) this.#options.onTrouble(undefined)
    if (result === 'conflict') throw new OffsetConflictError(`another recorder is ahead of ${range.from}`)
  }

  /** The server may have become silent: fail the current statement, and try again on a new connection. */
  reconnect(): void {
    this.#pool.forgetAll()
  }

  async close(): Promise<void> {
    await this.#pool.close()
  }

  async #attempt(range: RecordedRange, rows: RecordedRows, again: boolean): Promise<'done' | 'conflict'> {
    if (again && (await this.offset()).sequence === range.through) return 'done'
    const client = await this.#pool.connect()
    try {
      await recordBatch(client, range, rows)
      client.release()
      return 'done'
    } catch (error) {
      client.release(true)
      if (!(error instanceof OffsetConflictError)) throw error
      // The transaction whose answer was lost may have been committed between the look and the write.
      return (await this.offset()).sequence === range.through ? 'done' : 'conflict'
    }
  }
}
