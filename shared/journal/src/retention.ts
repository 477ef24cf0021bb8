import type { ArchivedSpan, JournalArchive } from './archive/journal-archive.ts'
import { type BoundedPool, openPool } from './connections/bounded-pool.ts'
import type { Connection } from './connections/connection-settings.ts'
import { closeClient, openClient } from './connections/open-client.ts'
import { JournalError } from './errors.ts'
import type { StoredBatch } from './journal.ts'
import { PAGE_BATCHES_MAX, SequenceOrder } from './read.ts'
import { listPartitions } from './sql/partitions.ts'
import type { Queryable } from './sql/queryable.ts'
import { readBatches } from './sql/read-batches.ts'
import {
  contentOf,
  detachedPartitions,
  detachPartition,
  dropTable,
  finishDetaching,
  journalSize,
  type PartitionContent,
  settleHeads,
  snapshotSequences,
  takeRetention,
} from './sql/retention.ts'

/** How long detaching waits for readers of the whole table, ms; the next pass waits for a longer one. */
const STATEMENT_MS_MAX = 60_000
const ANSWER_MS_MAX = 65_000

export interface RetentionOptions {
  readonly shard: number
  /** Connections for reading batches; one of its own unless given. */
  readonly pool?: BoundedPool
  /** Without one nothing is removed. */
  readonly archive: JournalArchive | undefined
  /** Batches stay in the journal for at least this long. */
  readonly keptSeconds: number
  /** Last sequence in the read model of each shard; a shard that is missing keeps everything. */
  readonly recorded: (db: Queryable) => Promise<ReadonlyMap<number, number>>
  /**
   * Restore the state from the newest snapshot of a sequence from `through` to `atMost`, and compare it with the
   * journal. Throws when that fails.
   */
  readonly confirm: (through: number, atMost: number) => Promise<void>
}

/** The result of a pass: files that were written for this shard, and partitions that were removed. */
export interface RetentionReport {
  readonly archived: readonly string[]
  readonly removed: readonly string[]
}

/**
 * Archives partitions of the journal that are no longer needed, and then removes them. A partition holds batches of
 * every shard of the database: each shard's own recorder archives its part once a snapshot has been restored that
 * contains it, and the last one removes the partition.
 *
 * Each part is read back from the archive and compared before it is removed. A pass may be cut off anywhere: the next
 * one finds its place by the archive and the database. Of concurrent passes all but one do nothing.
 */
export class Retention {
  readonly #connection: Connection
  readonly #options: RetentionOptions
  readonly #pool: BoundedPool

  constructor(connection: Connection, options: RetentionOptions) {
    this.#options = options
    this.#connection = connection
    this.#pool = options.pool ?? openPool(connection, { name: 'uptick-retention-reader', max: 1 })
  }

  /** Bytes of the database's journal with its indexes, and the first sequence of the shard in it, 0 for none. */
  async measure(): Promise<{ bytes: number; first: number }> {
    return journalSize(this.#pool, this.#options.shard)
  }

  /** One pass. Throws what stopped it; its work until then stays done. */
  async pass(): Promise<RetentionReport> {
    const { archive } = this.#options
    if (!archive) return { archived: [], removed: [] }
    const client = openClient(this.#connection, 'uptick-retention', {
      statement_timeout: STATEMENT_MS_MAX,
      query_timeout: ANSWER_MS_MAX,
    })
    try {
      await client.connect()
      if (!(await takeRetention(client))) return { archived: [], removed: [] }
      return await this.#pass(client, archive)
    } finally {
      await closeClient(client)
    }
  }

  async close(): Promise<void> {
    if (!this.#options.pool) await this.#pool.close()
  }

  async #pass(client: Queryable, archive: JournalArchive): Promise<RetentionReport> {
    const archived: string[] = []
    const removed: string[] = []
    await finishDetaching(client)
    for (const name of await detachedPartitions(client)) {
      // It was archived before it was detached.
      for (const content of await contentOf(client, name)) await archive.check(spanOf(archive, content))
      await dropTable(client, name)
      removed.push(name)
    }
    const free = await this.#freeThrough(client)
    const freeOf = (shard: number): number => free.get(shard) ?? 0
    const own = freeOf(this.#options.shard)
    let isRemovable = true
    for (const partition of await listPartitions(client)) {
      // This shard's part is archived as soon as possible, and the partition is removed when all parts are archived.
      if (partition.to - 1 > own) break
      const contents = await contentOf(client, partition.name)
      if (contents.some(({ ageSeconds }) => ageSeconds < this.#options.keptSeconds)) break
      const content = contents.find(({ shard }) => shard === this.#options.shard)
      if (content) archived.push(...(await this.#archive(archive, content, own)))
      isRemovable &&= [...free.values()].every((through) => partition.to - 1 <= through)
      isRemovable &&= contents.every(({ shard, last }) => last <= freeOf(shard))
      if (!isRemovable || !(await this.#areArchived(archive, contents))) {
        isRemovable = false
        continue
      }
      await settleHeads(client)
      await detachPartition(client, partition)
      await dropTable(client, partition.name)
      removed.push(partition.name)
    }
    return { archived, removed }
  }

  /**
   * For each shard the sequence through which the journal is not needed: two snapshots contain it, and the
   * recorder finds a snapshot to start from, wherever it is.
   */
  async #freeThrough(db: Queryable): Promise<Map<number, number>> {
    const recorded = await this.#options.recorded(db)
    const free = new Map<number, number>()
    for (const [shard, sequences] of await snapshotSequences(db)) {
      const offset = recorded.get(shard) ?? 0
      const confirmed = sequences[1] ?? 0
      const start = sequences.find((sequence) => sequence <= offset) ?? 0
      free.set(shard, Math.min(confirmed, start))
    }
    return free
  }

  /**
   * Archive this shard's part of a partition, and compare it with the journal. Returns its name, if it was written now.
   */
  async #archive(archive: JournalArchive, content: PartitionContent, free: number): Promise<string[]> {
    const { shard, first, last } = content
    const span = spanOf(archive, content)
    if ((await archive.spans(shard)).some(({ name }) => name === span.name)) {
      await archive.check(span, await archive.summarise(shard, this.#batches(shard, first, last)))
      return []
    }
    await this.#options.confirm(last, free)
    await archive.save(span, this.#batches(shard, first, last))
    return [span.name]
  }

  /** Whether the parts of the other shards are in the archive, undamaged. */
  async #areArchived(archive: JournalArchive, contents: readonly PartitionContent[]): Promise<boolean> {
    for (const content of contents) {
      if (content.shard === this.#options.shard) continue
      const span = spanOf(archive, content)
      if (!(await archive.spans(content.shard)).some(({ name }) => name === span.name)) return false
      await archive.check(span)
    }
    return true
  }

  async *#batches(shard: number, first: number, last: number): AsyncGenerator<StoredBatch> {
    const order = new SequenceOrder()
    for (let next = first; next <= last;) {
      const page = await readBatches(this.#pool, shard, next, PAGE_BATCHES_MAX)
      if (page.length === 0) throw new JournalError(`the journal has nothing from ${next} on, but should up to ${last}`)
      for (const batch of page) {
        order.check(batch)
        if (batch.first > last) return
        yield batch
        next = batch.last + 1
      }
    }
  }
}

function spanOf(archive: JournalArchive, { shard, first, last }: PartitionContent): ArchivedSpan {
  return archive.span(shard, first, last)
}
