import { JournalPrunedError, type Head, type PostgresJournal, type StoredBatch } from '@uptick/journal'

/**
 * Opens the journal to ask the server that takes appends; it is closed after each question. A recorder writes nothing
 * to the journal, and connections are scarce.
 */
export type OpenJournal = () => JournalToAsk

type JournalToAsk = Pick<PostgresJournal, 'confirm' | 'halt' | 'read' | 'close'>

/** The fate of the last batch in the journal. */
export type Standing =
  | { readonly is: 'there' }
  /** An operator has decided that the shard continues without it. */
  | { readonly is: 'given up' }
  | { readonly is: 'lost'; readonly reason: string }

/**
 * The last batch that this recorder has read. It was in the journal, so a journal without it has lost rows. This
 * process may be the only one that knows: its offset is in the same database, and was lost with the rows.
 */
export class SeenBatch {
  readonly #open: OpenJournal
  readonly #holder: string
  #batch: StoredBatch | undefined

  /** @param holder the process that reports it, when the shard is halted */
  constructor(open: OpenJournal, holder: string) {
    this.#open = open
    this.#holder = holder
  }

  read(batch: StoredBatch): void {
    this.#batch = batch
  }

  /** Whether a journal with this head may have lost rows. It may also be that of a server that is behind. */
  isMissing({ epoch, last }: Head): boolean {
    const batch = this.#batch
    return batch !== undefined && (last < batch.last || epoch < batch.epoch)
  }

  /**
   * Ask the server that takes appends whether the batch is there. If it is not, and no operator has given it up, halt
   * the shard.
   *
   * @throws JournalError when the journal does not answer
   */
  async standing(): Promise<Standing> {
    const batch = this.#batch
    if (!batch) return { is: 'there' }
    const journal = this.#open()
    try {
      return await this.#ask(journal, batch)
    } finally {
      await journal.close()
    }
  }

  async #ask(journal: JournalToAsk, batch: StoredBatch): Promise<Standing> {
    for (;;) {
      const { head, holds, released } = await journal.confirm(batch)
      if (holds || (await isArchived(journal, batch))) return { is: 'there' }
      if (batch.epoch < released) {
        this.#batch = undefined
        return { is: 'given up' }
      }
      const now = head.last < batch.last ? `ends at ${head.last}` : 'holds another batch there'
      const reason = `${batch.last} was read under epoch ${batch.epoch}, and the journal ${now}`
      const loss = { epochSeen: batch.epoch, foundAt: head.epoch }
      if (await journal.halt(`${this.#holder}: ${reason}`, loss)) return { is: 'lost', reason }
    }
  }
}

/** A recorder that is behind reads batches that were archived out of the journal and are not lost. */
async function isArchived(journal: Pick<PostgresJournal, 'read'>, { first }: StoredBatch): Promise<boolean> {
  try {
    await journal.read(first, { through: first })[Symbol.asyncIterator]().next()
    return false
  } catch (error) {
    if (error instanceof JournalPrunedError) return true
    throw error
  }
}
