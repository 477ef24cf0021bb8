import { setTimeout as delay } from 'node:timers/promises'
import { Exchange } from '@uptick/core'
import {
  Backoff,
  type Head,
  type Journal,
  JournalGapError,
  JournalPrunedError,
  JournalRolledBackError,
  SnapshotDamagedError,
  type StoredBatch,
} from '@uptick/journal'
import { ProtocolError } from '@uptick/protocol'
import { OffsetConflictError, type RecordedOffset, type RecordedRange, type RecordedRows } from '@uptick/readmodel'
import { messageOf } from '@uptick/runtime'
import { BatchQueue } from './batch-queue.ts'
import { DivergedError, PoisonError, Replica } from './replica.ts'
import type { RowWriter } from './row-writer.ts'
import { RowCollector } from './rows.ts'
import { SeenBatch, type OpenJournal } from './seen-batch.ts'
import { SnapshotKeeper, type SnapshotPolicy, type Stopwatch } from './snapshots.ts'

/** How often to look for an operator's decision, ms. */
const DECISION_POLL_MS = 1000

/** The follower's events. */
export interface FollowerObserver {
  /** Whether it follows the journal and writes, and if not, why. */
  following(met: boolean, reason: string, error?: unknown): void
  /** False: the state is not that of the journal's writers. It stays false until an operator intervenes. */
  halted(reason: string, error: unknown): void
  /** The state is at the read model's offset; recording begins. */
  restored(offset: RecordedOffset): void
  recorded(range: RecordedRange, rows: RecordedRows, seconds: number): void
  snapshot(sequence: number, bytes: number, seconds: number): void
  snapshotFailed(error: unknown): void
}

export interface FollowerOptions {
  readonly journal: Journal
  readonly openJournal: OpenJournal
  /** A unique name of this process. */
  readonly holder: string
  readonly writer: RowWriter
  readonly observer: FollowerObserver
  readonly transactionCommandsMax: number
  readonly snapshots: SnapshotPolicy
  readonly stopwatch: Stopwatch
}

/** A group of executed batches: their rows, and the error that ended them early. */
interface Group {
  readonly range: RecordedRange
  readonly rows: RecordedRows
  readonly error: unknown
}

/**
 * Follows the journal into the read model. Modes:
 * - *restoring*: reads the skipped commands, the read model's offset, the newest snapshot not after it, and the batches
 *   from there to the offset.
 * - *recording*: executes the batches after the offset, while the transaction of the batches before them is in
 *   progress.
 * - *waiting*: after a failure that may pass. Then it restores again, from the database alone. First it asks whether
 *   the journal still has the batches that were read. If not, the shard is halted, and *waiting* lasts until that is
 *   repaired or given up.
 * - *contained*: a command breaks the state machine. It restores again after an operator has decided to skip the
 *   command.
 * - *halted*: the journal or the state cannot be right. It records nothing more; the evidence is in the log. The offset
 *   is correct whenever the process is killed.
 */
export class Follower {
  readonly #options: FollowerOptions
  readonly #seen: SeenBatch

  constructor(options: FollowerOptions) {
    this.#options = options
    this.#seen = new SeenBatch(options.openJournal, options.holder)
  }

  /** The head was read. A journal that ends before the last batch read here halts the shard. Never rejects. */
  async looked(head: Head): Promise<void> {
    // Without an answer, ask again at the next look.
    if (this.#seen.isMissing(head)) await this.#seen.standing().catch(() => undefined)
  }

  /** Resolves when `signal` aborts and the current transaction has ended. */
  async run(signal: AbortSignal): Promise<void> {
    const { observer } = this.#options
    const backoff = new Backoff()
    while (!signal.aborted) {
      try {
        await this.#waitWhileLost(signal)
        await this.#restoreAndRecord(signal, backoff)
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof PoisonError) await this.#waitForSkip(error, signal)
        else if (isFinal(error) && (await this.#isThere())) {
          observer.halted(messageOf(error), error)
          return
        } else {
          observer.following(false, reasonOf(error), error)
          await backoff.wait(signal)
        }
      }
    }
  }

  async #restoreAndRecord(signal: AbortSignal, backoff: Backoff): Promise<void> {
    const { journal, observer, snapshots, stopwatch } = this.#options
    const { replica, snapshot } = await this.#restore(signal)
    const keeper = new SnapshotKeeper(journal, snapshots, snapshot, stopwatch)
    observer.following(true, '')
    backoff.reset()
    const ending = new AbortController()
    const queue = new BatchQueue()
    const onTrouble = (error: unknown): void =>
      observer.following(error === undefined, 'the journal cannot be read', error)
    const tail = journal.tail(replica.exchange.sequence + 1, AbortSignal.any([signal, ending.signal]), { onTrouble })
    const filling = queue.fill(tail)
    try {
      await this.#record(queue, replica, keeper, signal)
    } finally {
      ending.abort()
      queue.end()
      await filling
    }
  }

  /** The state at the read model's offset. */
  async #restore(signal: AbortSignal): Promise<{ replica: Replica; snapshot: number }> {
    const { journal, writer, observer } = this.#options
    // Read these first: such a command must never be executed.
    const skipped = await journal.skipped()
    const offset = await writer.offset()
    const { sequence } = offset
    const snapshot = await journal.latestSnapshot(sequence)
    const { shard } = journal
    const exchange = snapshot ? Exchange.restore(snapshot.bytes) : new Exchange({ shard })
    const replica = new Replica(exchange, skipped)
    if (exchange.sequence < sequence) {
      for await (const batch of journal.read(exchange.sequence + 1, { through: sequence })) {
        signal.throwIfAborted()
        exchange.output.clear()
        replica.apply(batch)
      }
    }
    if (exchange.sequence !== sequence) {
      throw new DivergedError('the read model is not at the end of a batch of the journal', {
        offset: sequence,
        journal: exchange.sequence,
      })
    }
    observer.restored(offset)
    return { replica, snapshot: snapshot?.sequence ?? 0 }
  }

  async #record(queue: BatchQueue, replica: Replica, keeper: SnapshotKeeper, signal: AbortSignal): Promise<void> {
    let writing = Promise.resolve()
    let saving = Promise.resolve()
    try {
      while (!signal.aborted) {
        // There is nothing to execute, so wait for the end of the transaction.
        if (queue.isEmpty) await writing
        const batches = await queue.take(this.#options.transactionCommandsMax)
        if (batches.length === 0) break
        const group = execute(this.#options.journal.shard, replica, batches, this.#seen)
        await writing
        writing = this.#write(group, signal)
        // Awaited above or below; until then a failure must not count as unhandled.
        writing.catch(() => undefined)
        if (group.error !== undefined) {
          await writing
          throw group.error
        }
        if (!keeper.isDue(replica.exchange.sequence)) continue
        await saving
        if (!(await keeper.isWanted(replica.exchange.sequence).catch(() => true))) continue
        const bytes = replica.exchange.snapshot()
        await writing
        saving = this.#save(keeper, replica.exchange.sequence, bytes)
      }
      await writing
    } finally {
      await saving
    }
  }

  async #write({ range, rows }: Group, signal: AbortSignal): Promise<void> {
    if (range.through === range.from) return
    const { writer, observer, stopwatch } = this.#options
    const start = stopwatch()
    await writer.write(range, rows, signal)
    observer.recorded(range, rows, (stopwatch() - start) / 1000)
  }

  /** Never rejects: a failed snapshot is a missing one. */
  async #save(keeper: SnapshotKeeper, sequence: number, bytes: Uint8Array): Promise<void> {
    const { observer, stopwatch } = this.#options
    const start = stopwatch()
    try {
      await keeper.save(sequence, bytes)
      observer.snapshot(sequence, bytes.length, (stopwatch() - start) / 1000)
    } catch (error) {
      observer.snapshotFailed(error)
    }
  }

  /** Whether the journal has the batches that were read here; true while it does not answer. */
  async #isThere(): Promise<boolean> {
    const { is } = await this.#seen.standing().catch(() => ({ is: 'unknown' }))
    return is === 'there'
  }

  /** @throws JournalError when the journal does not answer */
  async #waitWhileLost(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const standing = await this.#seen.standing()
      if (standing.is !== 'lost') return
      this.#options.observer.following(false, `the shard is halted: ${standing.reason}`)
      await delay(DECISION_POLL_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  async #waitForSkip(error: PoisonError, signal: AbortSignal): Promise<void> {
    const { journal, observer } = this.#options
    observer.following(false, `${error.message}; an operator must decide to skip it`, error)
    while (!signal.aborted) {
      await delay(DECISION_POLL_MS, undefined, { signal }).catch(() => undefined)
      const skipped = await journal.skipped().catch(() => new Set<number>())
      if (skipped.has(error.sequence)) return
    }
  }
}

/** Execute batches. After a failure the group holds the batches before the one that failed. */
function execute(shard: number, replica: Replica, batches: readonly StoredBatch[], seen: SeenBatch): Group {
  const { exchange } = replica
  const from = exchange.sequence
  exchange.output.clear()
  let length = 0
  let through = from
  let time = exchange.time
  let failure: unknown
  try {
    for (const batch of batches) {
      replica.apply(batch)
      seen.read(batch)
      length = exchange.output.length
      through = exchange.sequence
      time = exchange.time
    }
  } catch (error) {
    failure = error
  }
  const collector = new RowCollector()
  collector.add(exchange.output.words, length)
  return { range: { shard, from, through, time }, rows: collector.rows(), error: failure }
}

function isFinal(error: unknown): boolean {
  return [
    DivergedError,
    ProtocolError,
    JournalGapError,
    JournalPrunedError,
    JournalRolledBackError,
    SnapshotDamagedError,
  ].some((kind) => error instanceof kind)
}

function reasonOf(error: unknown): string {
  if (error instanceof OffsetConflictError) return error.message
  return error instanceof Error && error.cause instanceof Error
    ? `${error.message}: ${error.cause.message}`
    : String(error)
}
