import { Backoff } from './backoff.ts'
import type { Connection } from './connections/connection-settings.ts'
import { ListeningConnection } from './connections/listening-connection.ts'
import type { OneServer } from './connections/one-server.ts'
import { JournalError, JournalPrunedError, JournalRolledBackError, OtherServerError } from './errors.ts'
import type { StoredBatch, TailOptions } from './journal.ts'
import { Listener } from './listener.ts'
import { type BatchSource, firstBatch, PAGE_BATCHES_MAX, SequenceOrder } from './read.ts'
import { readBatches } from './sql/read-batches.ts'
import { readHead } from './sql/read-head.ts'
import { JOURNAL_CHANNEL } from './sql/notify.ts'

/** How long a follower sleeps when it is not woken. */
const POLL_MS = 200

export interface TailSource extends BatchSource {
  readonly connection: Connection
  readonly server?: OneServer
}

/**
 * Read, then wait for a notification or for 200 ms, and read again. Lost connections are reported and tried again with
 * growing waits; a contradiction to the journal's guarantees is thrown.
 */
export async function* tail(
  source: TailSource,
  from: number,
  signal: AbortSignal,
  options: TailOptions,
): AsyncGenerator<StoredBatch> {
  const listening = new ListeningConnection(source.connection, 'uptick-journal-listener', source.server)
  const listener = new Listener(listening, JOURNAL_CHANNEL, String(source.shard))
  const order = new SequenceOrder()
  const pages = new PageReader(source, from)
  const backoff = new Backoff()
  let troubled = false
  try {
    while (!signal.aborted) {
      let page: StoredBatch[]
      listener.arm()
      try {
        page = await pages.next()
      } catch (error) {
        if (error instanceof JournalError && !(error instanceof OtherServerError)) throw error
        troubled = true
        options.onTrouble?.(error)
        await backoff.wait(signal)
        continue
      }
      if (troubled) options.onTrouble?.(undefined)
      troubled = false
      backoff.reset()
      for (const batch of page) {
        order.check(batch)
        yield batch
        if (signal.aborted) return
      }
      if (page.length < PAGE_BATCHES_MAX && !pages.isPast) await listener.wait(POLL_MS, signal)
    }
  } finally {
    listener.close()
    await listening.close()
  }
}

/** Pages from a sequence on, each starting after the one before. */
class PageReader {
  readonly #source: TailSource
  #from: number
  /** False until the batch that holds the first sequence has been found: it may begin earlier. */
  #aligned = false
  /** Batches that have left the journal, on their way out of the archive. */
  #past: AsyncIterator<StoredBatch> | undefined

  constructor(source: TailSource, from: number) {
    this.#source = source
    this.#from = from
  }

  /** The last page came from the archive: more batches are there already. */
  get isPast(): boolean {
    return this.#past !== undefined
  }

  async next(): Promise<StoredBatch[]> {
    const { archive, shard } = this.#source
    try {
      return await (this.#past ? this.#nextOfPast(this.#past) : this.#nextOfJournal())
    } catch (error) {
      if (!archive || this.#past || !(error instanceof JournalPrunedError)) throw error
    }
    this.#past = archive.read(shard, this.#from)
    return this.#nextOfPast(this.#past)
  }

  async #nextOfPast(past: AsyncIterator<StoredBatch>): Promise<StoredBatch[]> {
    const page: StoredBatch[] = []
    while (page.length < PAGE_BATCHES_MAX) {
      const { done, value } = await past.next()
      if (done === true) {
        // The journal continues where the archive ends.
        this.#past = undefined
        this.#aligned = false
        break
      }
      page.push(value)
      this.#from = value.last + 1
    }
    return page.length > 0 ? page : this.#nextOfJournal()
  }

  async #nextOfJournal(): Promise<StoredBatch[]> {
    const { pool, shard } = this.#source
    if (!this.#aligned) {
      const first = await firstBatch(pool, shard, this.#from)
      if (first === undefined) {
        const { last } = await readHead(pool, shard)
        if (last < this.#from - 1) {
          throw new JournalRolledBackError(`the journal ends at ${last}, before ${this.#from - 1}, which was seen`)
        }
        return []
      }
      this.#from = first
      this.#aligned = true
    }
    const page = await readBatches(pool, shard, this.#from, PAGE_BATCHES_MAX)
    const [first, last] = [page[0]?.first, page.at(-1)?.last]
    if (this.#source.archive && first !== undefined && first !== this.#from) {
      // Removed during the read, or a gap.
      await firstBatch(pool, shard, this.#from)
    }
    if (last !== undefined) this.#from = last + 1
    return page
  }
}
