import type { Pool } from 'pg'
import { AppendFailedError, JournalGapError, JournalHaltedError, JournalRolledBackError } from './errors.ts'
import type { Batch, Confirmation, Head } from './journal.ts'
import { appendBatch } from './sql/append-batch.ts'
import { findBatch } from './sql/find-batch.ts'
import { claimLease, type ClaimRow } from './sql/lease.ts'
import { raiseEpoch } from './sql/raise-epoch.ts'
import { readHead, settleHead, type HeadRow } from './sql/read-head.ts'
import { readReleased } from './sql/releases.ts'
import type { Queryable } from './sql/queryable.ts'
import { SynchronousWrites } from './synchronous-writes.ts'
import { takeOver } from './take-over.ts'
import type { WritingConnection } from './writing-connection.ts'

/** Shards are numbered from 0. */
const NO_SHARD = -1
/** More than are in flight at a time: each names the one before it. */
const SENT_MAX = 64

/**
 * Claims of one process on a shard's journal, and its appends under them. All questions here go to the server that
 * takes appends: a pool may have connections to a machine that is gone, or that is behind.
 */
export class JournalWriter {
  readonly #connection: WritingConnection
  readonly #synchronous: SynchronousWrites | undefined
  /** The same connection; its answers are as durable as the ack policy promises. */
  readonly #assured: Queryable
  readonly #pool: Pool
  readonly #shard: number
  /** The newest claim of this process: appends name its epoch only. */
  #claimed: HeadRow | undefined
  /** The batches that were sent last, as their first and last sequences. */
  readonly #sent: Pick<Batch, 'first' | 'last'>[] = []

  /** `isSynchronous`: nothing counts as written that may be on one machine only. */
  constructor(connection: WritingConnection, pool: Pool, shard: number, isSynchronous = false) {
    this.#connection = connection
    this.#synchronous = isSynchronous ? new SynchronousWrites(connection) : undefined
    this.#assured = this.#synchronous ?? connection
    this.#pool = pool
    this.#shard = shard
  }

  /** See `Journal.takeOver`. */
  async raise(): Promise<Head> {
    return this.#keep(await this.#takeOver(() => raiseEpoch(this.#assured, this.#shard)))
  }

  /** See `Lease.claim`. `newest` is looked up in the same round trip, and answered after the claim. */
  async claim(claim: ClaimRow, newest: Batch | undefined): Promise<Head | undefined> {
    const [claimed, holds] = await this.#takeOver(() =>
      Promise.all([
        claimLease(this.#assured, this.#shard, claim),
        newest === undefined || findBatch(this.#connection, this.#shard, newest),
      ]),
    )
    if (claimed && !holds) {
      throw new JournalRolledBackError(`the journal lacks the batch up to ${newest?.last} that was executed here`)
    }
    return claimed && this.#keep(claimed)
  }

  /** See `Journal.append`. */
  async append(batch: Batch): Promise<'appended' | 'fenced'> {
    const sentAt = performance.now()
    const standbys = await appendBatch(this.#connection, this.#shard, batch, {
      claim: this.#claimOf(batch.epoch),
      before: this.#beforeOf(batch),
      tells: this.#synchronous !== undefined,
    })
    if (standbys === undefined) return this.#explainRefusal(batch)
    if (this.#synchronous) await this.#synchronous.appended(standbys, sentAt)
    return 'appended'
  }

  /** See `Journal.resolve`. */
  async resolve(batch: Batch): Promise<'appended' | 'absent' | 'fenced'> {
    const head = await settleHead(this.#assured, this.#shard)
    if (await findBatch(this.#connection, this.#shard, batch)) return 'appended'
    return this.#isFenced(head, batch) ? 'fenced' : 'absent'
  }

  /** See `Journal.confirm`. */
  async confirm(batch: Batch | undefined): Promise<Confirmation> {
    const { epoch, last, claim } = await settleHead(this.#assured, this.#shard)
    const holds = batch === undefined || (await findBatch(this.#connection, this.#shard, batch))
    return { head: { epoch, last }, claim, holds, released: await readReleased(this.#connection, this.#shard) }
  }

  /**
   * Whether another member had claimed the shard after `epoch` when `head` was read.
   *
   * @throws JournalRolledBackError when the head belongs to an older epoch, or to another claim under our number.
   *   JournalHaltedError when the shard is halted
   */
  isSuperseded(head: HeadRow, epoch: number): boolean {
    if (head.epoch < epoch) {
      throw new JournalRolledBackError(`the journal is at epoch ${head.epoch}, older than ours, ${epoch}`)
    }
    const claim = this.#claimOf(epoch)
    if (head.epoch === epoch && claim !== undefined && claim !== head.claim) {
      throw new JournalRolledBackError(`epoch ${epoch} was given twice: the journal has lost our claim`)
    }
    if (head.epoch > epoch && head.halted !== undefined) throw new JournalHaltedError(head.halted)
    return head.epoch > epoch
  }

  /** The first statements of a take-over, for a shard that does not exist: nothing is changed. */
  async rehearse(): Promise<void> {
    const batch = { epoch: 0, first: 1, last: 1, payload: Buffer.alloc(0) }
    const form = { claim: undefined, before: undefined, tells: this.#synchronous !== undefined }
    await claimLease(this.#assured, NO_SHARD, { holder: '', url: '', life: 0, leaseMs: 0, ended: 0 })
    await findBatch(this.#connection, NO_SHARD, batch)
    await appendBatch(this.#connection, NO_SHARD, batch, form)
    await appendBatch(this.#connection, NO_SHARD, { ...batch, movesHead: true }, form)
  }

  /** Raise the epoch above `epochSeen` without a leader: no member appends before it has claimed again. */
  async fence(epochSeen: number): Promise<Head> {
    return this.#takeOver(() => raiseEpoch(this.#assured, this.#shard, epochSeen))
  }

  #takeOver<T>(raise: () => Promise<T>): Promise<T> {
    return takeOver(this.#connection, this.#pool, raise)
  }

  /** From now on batches of this epoch can be appended, and no others. */
  #keep(claimed: HeadRow): Head {
    const { epoch, last } = claimed
    const before = this.#claimed?.epoch ?? 0
    if (epoch <= before) {
      throw new JournalRolledBackError(`the journal gives epoch ${epoch}, and gave ${before} before`)
    }
    this.#claimed = claimed
    this.#sent.length = 0
    return { epoch, last }
  }

  #claimOf(epoch: number): string | undefined {
    return this.#claimed?.epoch === epoch ? this.#claimed.claim : undefined
  }

  /** The first sequence of the batch before `batch`, if this process sent it. */
  #beforeOf(batch: Batch): number | undefined {
    const before = this.#sent.findLast(({ last }) => last === batch.first - 1)
    this.#sent.push({ first: batch.first, last: batch.last })
    if (this.#sent.length > SENT_MAX) this.#sent.shift()
    return before?.first
  }

  async #lookUp(batch: Batch): Promise<{ found: boolean; head: HeadRow }> {
    try {
      const head = await readHead(this.#connection, this.#shard)
      return { head, found: await findBatch(this.#connection, this.#shard, batch) }
    } catch (error) {
      throw new AppendFailedError('the head did not fit and could not be read', 'unknown', { cause: error })
    }
  }

  /** The head did not fit the batch: find out why. */
  async #explainRefusal(batch: Batch): Promise<'appended' | 'fenced'> {
    const { found, head } = await this.#lookUp(batch)
    // An earlier attempt wrote it; a commit of our own settles whether a standby has it.
    if (found && this.#synchronous) await settleHead(this.#assured, this.#shard)
    if (found) return 'appended'
    if (this.#isFenced(head, batch)) return 'fenced'
    throw new JournalGapError(`a batch from ${batch.first} did not follow the journal's end, now ${head.last}`)
  }

  /**
   * For a batch that is not in the journal: whether another member has taken over.
   *
   * @throws as `isSuperseded`, and JournalRolledBackError when the batch's place is taken
   */
  #isFenced(head: HeadRow, batch: Batch): boolean {
    if (this.isSuperseded(head, batch.epoch)) return true
    if (head.last >= batch.first) {
      throw new JournalRolledBackError(`epoch ${batch.epoch} has written up to ${head.last} from another process`)
    }
    return false
  }
}
