import type { JournalArchive } from './archive/journal-archive.ts'
import { type BoundedPool, openPool } from './connections/bounded-pool.ts'
import { type Connection, WRITE_STATEMENT_TIMEOUT_MS, WRITE_TIMEOUT_MS } from './connections/connection-settings.ts'
import { OneServer } from './connections/one-server.ts'
import { JournalError, sqlState } from './errors.ts'
import { explained } from './explained.ts'
import { FollowerNotice } from './follower-notice.ts'
import type { JournalOptions } from './journal-options.ts'
import type {
  Batch,
  Confirmation,
  Head,
  Journal,
  ReadOptions,
  RestoredSnapshot,
  Snapshot,
  StoredBatch,
  TailOptions,
} from './journal.ts'
import { JournalWriter } from './journal-writer.ts'
import type { Loss } from './lease.ts'
import { PARTITION_SEQUENCES, PartitionsAhead } from './partitions.ts'
import { type BatchSource, readAll } from './read.ts'
import { latestSnapshot, saveSnapshot } from './snapshots.ts'
import { findBatch } from './sql/find-batch.ts'
import { readHead, type HeadRow } from './sql/read-head.ts'
import { insertRelease } from './sql/releases.ts'
import { restoreBatch } from './sql/restore-batch.ts'
import { SkipTable } from './skip-table.ts'
import { newestSnapshot, pruneSnapshots } from './sql/snapshots.ts'
import { tail } from './tail.ts'
import { haltLease, type ClaimRow } from './sql/lease.ts'
import { WritingConnection } from './writing-connection.ts'

/** After five runs PostgreSQL keeps one plan for a prepared statement. */
const REHEARSALS = 6
const POOL_MAX = 2
/** The SQLSTATE of a check violation, which a row without a partition causes, too. */
const CHECK_VIOLATION = '23514'

/** The journal in PostgreSQL 14 or newer. Connects when first used. */
export class PostgresJournal implements Journal {
  readonly shard: number
  /** The server of all connections of this process. */
  readonly server: OneServer
  readonly #connection: Connection
  readonly #pool: BoundedPool
  readonly #ownsPool: boolean
  readonly #connected: WritingConnection
  readonly #writer: JournalWriter
  readonly #notice: FollowerNotice
  readonly #partitions: PartitionsAhead
  readonly #archive: JournalArchive | undefined

  constructor(connection: Connection, options: JournalOptions) {
    this.shard = options.shard
    this.#archive = options.archive
    this.#connection = connection
    this.#ownsPool = options.pool === undefined
    const { server = new OneServer(), onWarning } = options
    this.server = server
    this.#pool = options.pool ?? openPool(connection, { name: 'uptick-journal', max: POOL_MAX, server })
    const makeRoom = (): void => this.makeRoom()
    const bounds = {
      statement_timeout: WRITE_STATEMENT_TIMEOUT_MS,
      query_timeout: options.appendTimeoutMs ?? WRITE_TIMEOUT_MS,
    }
    this.#connected = new WritingConnection(connection, 'uptick-journal-writer', {
      bounds,
      server,
      onWarning,
      makeRoom,
    })
    this.#writer = new JournalWriter(this.#connected, this.#pool, this.shard, options.isSynchronous)
    const { partitionSequences = PARTITION_SEQUENCES, onTrouble = () => undefined } = options
    this.#partitions = new PartitionsAhead(this.#pool, partitionSequences, onTrouble)
    this.#notice = new FollowerNotice(this.#pool, this.shard)
  }

  async head(): Promise<Head> {
    return explained('the head could not be read', async () => {
      const { epoch, last } = await readHead(this.#pool, this.shard)
      return { epoch, last }
    })
  }

  async takeOver(): Promise<Head> {
    return explained('the epoch could not be raised', async () => {
      const head = await this.#writer.raise()
      await this.#partitions.make(head.last)
      return head
    })
  }

  /** Take the shard's lease and raise the epoch, if the lease is free: see `Lease.claim`. */
  async claim(claim: ClaimRow, newest?: Batch): Promise<Head | undefined> {
    return explained('the lease could not be claimed', async () => {
      const head = await this.#writer.claim(claim, newest)
      // Appends need no new partition until the present one is nearly full, and clients wait for the new leader.
      if (head) this.#partitions.follow(head.last)
      return head
    })
  }

  /**
   * Connect for writing and have PostgreSQL plan the first statements of a take-over, so that no client waits for
   * either. Changes nothing: it uses a number that no shard has.
   *
   * @throws JournalError when it could not write, whatever the reason
   */
  async rehearse(): Promise<void> {
    await explained('the writing connection could not be prepared', async () => {
      for (let run = 0; run < REHEARSALS; run++) await this.#writer.rehearse()
    })
  }

  async append(batch: Batch): Promise<'appended' | 'fenced'> {
    if ((await this.#write(batch)) === 'fenced') return 'fenced'
    this.#notice.give()
    this.#partitions.follow(batch.last)
    return 'appended'
  }

  async resolve(batch: Batch): Promise<'appended' | 'absent' | 'fenced'> {
    return explained('the outcome of an append could not be found', () => this.#writer.resolve(batch))
  }

  /** Whether another member had claimed the shard after `epoch` when `head` was read: see `Lease.leads`. */
  isSuperseded(head: HeadRow, epoch: number): boolean {
    return this.#writer.isSuperseded(head, epoch)
  }

  async confirm(batch: Batch | undefined): Promise<Confirmation> {
    return explained('what the journal holds could not be confirmed', () => this.#writer.confirm(batch))
  }

  read(from: number, options: ReadOptions = {}): AsyncIterable<StoredBatch> {
    return readAll(this.#source, from, options.through ?? Number.MAX_SAFE_INTEGER)
  }

  tail(from: number, signal: AbortSignal, options: TailOptions = {}): AsyncIterable<StoredBatch> {
    return tail({ ...this.#source, connection: this.#connection, server: this.server }, from, signal, options)
  }

  async restore(batches: readonly Batch[], epochSeen: number): Promise<number> {
    return explained('the batches could not be appended again', async () => {
      const { last } = await this.#writer.fence(epochSeen)
      let restored = 0
      for (const batch of batches) {
        if (batch.last <= last && (await findBatch(this.#connected, this.shard, batch))) continue
        if (!(await restoreBatch(this.#connected, this.shard, batch))) {
          throw new JournalError(
            `batch ${batch.first} … ${batch.last} of epoch ${batch.epoch} does not follow the journal's end, or the ` +
              `shard is not halted; ${restored} batches were appended`,
          )
        }
        restored++
      }
      return restored
    })
  }

  async release(epochSeen: number, reason: string, operator: string): Promise<number> {
    return explained('the decision could not be recorded', async () => {
      const last = await insertRelease(this.#connected, this.shard, epochSeen, reason, operator)
      if (last === undefined) throw new JournalError('the shard is not halted')
      return last
    })
  }

  /**
   * Keep every member from leading, like `Lease.halt`, for a process without a lease. A halted shard keeps its reason.
   */
  async halt(reason: string, loss: Loss): Promise<boolean> {
    return explained('the shard could not be halted', async () => {
      const { halted, epoch } = await readHead(this.#connected, this.shard)
      if (halted !== undefined && epoch > loss.epochSeen) return true
      return haltLease(this.#connected, this.shard, halted ?? reason, loss)
    })
  }

  async saveSnapshot(snapshot: Snapshot): Promise<void> {
    await explained('the snapshot could not be saved', () => saveSnapshot(this.#pool, this.shard, snapshot))
  }

  async latestSnapshot(atMost = Number.MAX_SAFE_INTEGER): Promise<RestoredSnapshot | undefined> {
    return explained('the snapshots could not be read', () => latestSnapshot(this.#pool, this.shard, atMost))
  }

  async newestSnapshot(): Promise<{ sequence: number; ageSeconds: number } | undefined> {
    return explained('the snapshots could not be read', () => newestSnapshot(this.#pool, this.shard))
  }

  async pruneSnapshots(keep: number): Promise<void> {
    await explained('old snapshots could not be removed', () => pruneSnapshots(this.#pool, this.shard, keep))
  }

  async skipped(): Promise<Set<number>> {
    return explained('the skip table could not be read', () => new SkipTable(this.#pool, this.shard).skipped())
  }

  async skip(sequence: number, reason: string, operator: string): Promise<void> {
    await explained('the decision could not be recorded', () =>
      new SkipTable(this.#connected, this.shard).skip(sequence, reason, operator),
    )
  }

  /** PostgreSQL has no connection left, and the shard needs one more. */
  makeRoom(): void {
    this.#pool.forgetIdle()
  }

  async close(): Promise<void> {
    await this.#notice.close()
    await this.#partitions.idle()
    await this.#connected.close()
    if (this.#ownsPool) await this.#pool.close()
  }

  get #source(): BatchSource {
    return { pool: this.#pool, shard: this.shard, archive: this.#archive }
  }

  /**
   * When the batch has no partition, the partition is made; the batch is absent then, and written when it is tried
   * again.
   */
  async #write(batch: Batch): Promise<'appended' | 'fenced'> {
    try {
      return await this.#writer.append(batch)
    } catch (error) {
      if (sqlState(error) === CHECK_VIOLATION) await this.#partitions.make(batch.first - 1)
      throw error
    }
  }
}

/** Open the journal of one shard. Connects at the first use, where an unreachable database shows. */
export function openJournal(connection: Connection, options: JournalOptions): PostgresJournal {
  if (!Number.isInteger(options.shard) || options.shard < 0 || options.shard > 999) {
    throw new RangeError(`shard must be an integer from 0 to 999, not ${options.shard}`)
  }
  return new PostgresJournal(connection, options)
}
