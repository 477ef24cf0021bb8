import { JournalError } from './errors.ts'
import type { Queryable } from './sql/queryable.ts'
import { insertSkip, readSkips } from './sql/skips.ts'

/** The commands of a shard that every replay skips, by decision of an operator. */
export class SkipTable {
  readonly #db: Queryable
  readonly #shard: number

  constructor(db: Queryable, shard: number) {
    this.#db = db
    this.#shard = shard
  }

  /** Their sequences. */
  async skipped(): Promise<Set<number>> {
    return new Set(await readSkips(this.#db, this.#shard))
  }

  /**
   * Record the decision. A repetition changes nothing.
   *
   * @throws JournalError when the sequence is not in the journal
   */
  async skip(sequence: number, reason: string, operator: string): Promise<void> {
    if (await insertSkip(this.#db, this.#shard, sequence, reason, operator)) return
    throw new JournalError(`sequence ${sequence} is not in the journal, so it cannot be skipped`)
  }
}
