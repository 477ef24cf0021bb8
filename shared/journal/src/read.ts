import type { JournalArchive } from './archive/journal-archive.ts'
import { JournalGapError, JournalPrunedError } from './errors.ts'
import type { StoredBatch } from './journal.ts'
import type { Pool } from 'pg'
import { firstOfBatch, readBatches } from './sql/read-batches.ts'

/** Batches in one page. */
export const PAGE_BATCHES_MAX = 128

/** The source of a shard's batches. */
export interface BatchSource {
  readonly pool: Pool
  readonly shard: number
  /** Has the batches that have left the journal. */
  readonly archive?: JournalArchive | undefined
}

/** Batches from the one that holds `from` to the one that holds `through`, or to the present end. */
export async function* readAll(source: BatchSource, from: number, through: number): AsyncGenerator<StoredBatch> {
  const { shard, archive } = source
  let next = from
  for (;;) {
    try {
      for await (const batch of readLive(source, next, through)) {
        yield batch
        next = batch.last + 1
      }
      return
    } catch (error) {
      if (!archive || !(error instanceof JournalPrunedError)) throw error
    }
    for await (const batch of archive.read(shard, next)) {
      if (batch.first > through) return
      yield batch
      next = batch.last + 1
    }
    if (next > through) return
  }
}

/** The same from the journal alone. */
async function* readLive({ pool, shard }: BatchSource, from: number, through: number): AsyncGenerator<StoredBatch> {
  const start = await firstBatch(pool, shard, from)
  if (start === undefined) return
  const order = new SequenceOrder()
  // The next page is fetched while this one is being worked on.
  let next = readBatches(pool, shard, start, PAGE_BATCHES_MAX)
  try {
    for (;;) {
      const page = await next
      await order.checkPruned(page, pool, shard)
      const last = page.at(-1)?.last ?? through
      const more = page.length === PAGE_BATCHES_MAX && last < through
      if (more) {
        next = readBatches(pool, shard, last + 1, PAGE_BATCHES_MAX)
        // Awaited in the next round, or below if the caller leaves; until then a failure must not count as unhandled.
        next.catch(() => undefined)
      }
      for (const batch of page) {
        if (batch.first > through) return
        order.check(batch)
        yield batch
      }
      if (!more) return
    }
  } finally {
    await next.catch(() => undefined)
  }
}

/**
 * First sequence of the batch that holds `from`; undefined when the journal ends before it.
 *
 * @throws JournalPrunedError when that batch has been removed
 */
export async function firstBatch(pool: Pool, shard: number, from: number): Promise<number | undefined> {
  const first = await firstOfBatch(pool, shard, from)
  if (first !== undefined && first > from) {
    throw new JournalPrunedError(`sequence ${from} is no longer in the journal, which begins at ${first}`)
  }
  return first
}

/** Asserts, while reading, what the append guarantees: sequences without gaps, epochs that never fall. */
export class SequenceOrder {
  #last: number | undefined
  #epoch = 0

  /** @throws JournalPrunedError when the next batch has been removed while the page was on its way */
  async checkPruned(page: readonly StoredBatch[], pool: Pool, shard: number): Promise<void> {
    const first = page[0]?.first
    if (first === undefined || this.#last === undefined || first === this.#last + 1) return
    if ((await firstOfBatch(pool, shard, 1)) === first) {
      throw new JournalPrunedError(`sequence ${this.#last + 1} was removed while the journal was read`)
    }
  }

  check(batch: StoredBatch): void {
    if (this.#last !== undefined && batch.first !== this.#last + 1) {
      throw new JournalGapError(`batch ${batch.first} … ${batch.last} follows sequence ${this.#last}`)
    }
    if (batch.epoch < this.#epoch) {
      throw new JournalGapError(`batch ${batch.first} of epoch ${batch.epoch} follows epoch ${this.#epoch}`)
    }
    this.#last = batch.last
    this.#epoch = batch.epoch
  }
}
