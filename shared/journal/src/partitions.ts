import type { Pool } from 'pg'
import { createPartition, listPartitions, type Partition } from './sql/partitions.ts'

/** Sequences in one partition. The migration makes the first. */
export const PARTITION_SEQUENCES = 10_000_000
/** Partitions kept ready after the one in use. */
const AHEAD = 2

/**
 * Make the partitions that sequences after `last` will need, also where one is missing between others. Returns the
 * first sequence without a partition.
 */
export async function ensurePartitions(pool: Pool, last: number, sequences = PARTITION_SEQUENCES): Promise<number> {
  const there = await listPartitions(pool)
  const cover = (sequence: number): Partition | undefined =>
    there.find(({ from: begin, to }) => begin <= sequence && sequence < to)
  const first = last + 1
  let from = cover(first) ? first : (there.findLast(({ to }) => to <= first)?.to ?? 0)
  for (;;) {
    const found = cover(from)
    if (!found && from > last + AHEAD * sequences) return from
    const to = found?.to ?? Math.min(from + sequences, there.find((next) => next.from > from)?.from ?? Infinity)
    if (!found) await make(pool, from, to)
    from = to
  }
}

async function make(pool: Pool, from: number, to: number): Promise<void> {
  const client = await pool.connect()
  try {
    await createPartition(client, from, to)
    client.release()
  } catch (error) {
    client.release(true)
    throw error
  }
}

/** Keeps partitions ready ahead of the end of a journal. */
export class PartitionsAhead {
  readonly #pool: Pool
  readonly #sequences: number
  readonly #onTrouble: (error: unknown) => void
  /** Sequences below this have a partition, as far as we know. */
  #madeTo = 0
  #making: Promise<void> | undefined

  constructor(pool: Pool, sequences: number, onTrouble: (error: unknown) => void) {
    this.#pool = pool
    this.#sequences = sequences
    this.#onTrouble = onTrouble
  }

  /** The journal ends at `last`: make the next partitions in the background, if they are missing. */
  follow(last: number): void {
    if (last + this.#sequences <= this.#madeTo) return
    this.#making ??= this.make(last)
      .catch(this.#onTrouble)
      .finally(() => (this.#making = undefined))
  }

  /** Resolves when sequences after `last` have their partitions. */
  async make(last: number): Promise<void> {
    this.#madeTo = await ensurePartitions(this.#pool, last, this.#sequences)
  }

  /** Resolves when no partition is being made in the background. */
  async idle(): Promise<void> {
    await this.#making
  }
}
