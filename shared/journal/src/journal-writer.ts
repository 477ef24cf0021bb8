import type { Pool } from 'pg'
import { AppendFailedError, JournalGapError, JournalHaltedError, JournalRolledBackError } from './errors.ts'
import type { Batch, Confirmation, Head } from './journal.ts'
import { appendBatch } from './sql/append-batch.ts'
import { findBatch } from './sql/find-batch.ts'
import { claimLease, type ClaimRow } from './sql/lease.ts'
import { raiseEpoch } from './sql/raise-epoch.ts'
import { readHead, settleHead, type HeadRow } from './sql/read-head.ts'
import { readReleased } from './sql/releases.ts'
import { takeOver } from './take-over.ts'
import type { WritingConnection } from './writing-connection.ts'

/**
 * Claims of one process on a shard's journal, and what it appends under them; whatever is asked here is asked of the
 * server that takes appends: in a pool may be connections to a machine that is gone, or that is behind.
 */
export class JournalWriter {
  readonly #connection: WritingConnection
  readonly #pool: Pool
  readonly #shard: number
  /** The newest claim that was made here: only its epoch is appended to. */
  #claimed: HeadRow | undefined

  constructor(connection: WritingConnection, pool: Pool, shard: number) {
    this.#connection = connection
    this.#pool = pool
    this.#shard = shard
  }

  /** See `Journal.takeOver`. */
  async raise(): Promise<Head> {
    return this.#keep(await this.#takeOver(() => raiseEpoch(this.#connection, this.#shard)))
  }

  /** See `Lease.claim`. `newest` is looked for in the same breath: that costs no way of its own, and is answered after it. */
  async claim(claim: ClaimRow, newest: Batch | undefined): Promise<Head | undefined> {
    const [claimed, holds] = await this.#takeOver(() =>
      Promise.all([
        claimLease(this.#connection, this.#shard, claim),
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
    const isWritten = await appendBatch(this.#connection, this.#shard, batch, this.#claimOf(batch.epoch))
    return isWritten ? 'appended' : this.#explainRefusal(batch)
  }

  /** See `Journal.resolve`. */
  async resolve(batch: Batch): Promise<'appended' | 'absent' | 'fenced'> {
    const head = await settleHead(this.#connection, this.#shard)
    if (await findBatch(this.#connection, this.#shard, batch)) return 'appended'
    return this.#isFenced(head, batch) ? 'fenced' : 'absent'
  }

  /** See `Journal.confirm`. */
  async confirm(batch: Batch | undefined): Promise<Confirmation> {
    const { epoch, last, claim } = await settleHead(this.#connection, this.#shard)
    const holds = batch === undefined || (await findBatch(this.#connection, this.#shard, batch))
    return { head: { epoch, last }, claim, holds, released: await readReleased(this.#connection, this.#shard) }
  }

  /**
   * Whether another member had claimed the shard after `epoch` when `head` was read.
   *
   * @throws JournalRolledBackError when the head belongs to an older epoch, or to another claim under our number.
   *   JournalHaltedError when the shard was taken for nobody
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

  /** Raise the epoch above `epochSeen` for nobody: no member appends before it has claimed again. */
  async fence(epochSeen: number): Promise<Head> {
    return this.#takeOver(() => raiseEpoch(this.#connection, this.#shard, epochSeen))
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
    return { epoch, last }
  }

  #claimOf(epoch: number): string | undefined {
    return this.#claimed?.epoch === epoch ? this.#claimed.claim : undefined
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
    if (found) return 'appended'
    if (this.#isFenced(head, batch)) return 'fenced'
    throw new JournalGapError(`a batch from ${batch.first} did not follow the journal's end, now ${head.last}`)
  }

  /**
   * Whether another member has taken over, of a batch that is not there.
   *
   * @throws as `isSuperseded`, and JournalRolledBackError when the batch's place is taken
   */
  #isFenced(head: HeadRow, batch: Batch): boolean {
    if (this.isSuperseded(head, batch.epoch)) return true
    if (head.last >= batch.first) {
      throw new JournalRolledBackError(`epoch ${batch.epoch} has written up to ${head.last} by another hand than ours`)
    }
    return false
  }
}
