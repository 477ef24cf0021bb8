import { Command, Exchange } from '@uptick/core'
import { FolderStore, JournalArchive, openJournal, type Journal } from '@uptick/journal'
import { BatchReader, skipCommand } from '@uptick/protocol'
import { OrderRecord } from './order-record.ts'

/** A change of leader: nothing was sequenced between these two times (µs, journaled). */
export interface Succession {
  readonly epoch: number
  readonly from: number
  readonly to: number
}

/**
 * The content of the journal, by a replay of its own. It is independent of the engine that wrote the journal, of the
 * recorder's tables and of clients' answers. `advance` continues from its last position, so a long test replays every
 * command once.
 */
export class JournalTruth extends OrderRecord {
  readonly #journal: Journal
  readonly #reader = new BatchReader()
  readonly #command = new Command()
  readonly exchange = new Exchange()
  /** Every change of leader. */
  readonly successions: Succession[] = []
  #epoch = 0

  private constructor(journal: Journal) {
    super()
    this.#journal = journal
  }

  /** `archiveFolder` has the part that was archived out of the journal. */
  static open(databaseUrl: string, archiveFolder?: string): JournalTruth {
    const archive = archiveFolder === undefined ? undefined : new JournalArchive(new FolderStore(archiveFolder))
    return new JournalTruth(openJournal(databaseUrl, { shard: 0, archive }))
  }

  get sequence(): number {
    return this.exchange.sequence
  }

  /** Epoch of the last batch replayed. */
  get epoch(): number {
    return this.#epoch
  }

  get hash(): string {
    return BigInt.asUintN(64, this.exchange.runningHash()).toString(16).padStart(16, '0')
  }

  /**
   * Replay up to `through`, or to the end of the journal.
   *
   * @throws Error when sequences have gaps, epochs fall, or a batch was made from another state than this one
   */
  async advance(through?: number): Promise<void> {
    const skipped = await this.#journal.skipped()
    const last = through ?? (await this.#journal.head()).last
    if (last <= this.sequence) return
    for await (const batch of this.#journal.read(this.sequence + 1, { through: last })) {
      if (batch.first > this.sequence + 1) throw new Error(`the journal has a gap before sequence ${batch.first}`)
      if (batch.epoch < this.#epoch) throw new Error(`epoch ${batch.epoch} after ${this.#epoch} at ${batch.first}`)
      const before = this.exchange.time
      const isAnother = batch.epoch > this.#epoch && this.sequence > 0
      this.#epoch = batch.epoch
      const reader = this.#reader.open(batch.payload)
      const ours = BigInt.asUintN(64, this.exchange.runningHash())
      if (batch.first === this.sequence + 1 && reader.hashBefore !== undefined && reader.hashBefore !== ours)
        throw new Error(`before sequence ${batch.first} its leader had another state than the replay`)
      while (reader.next(this.#command) && reader.sequence <= last) {
        if (reader.sequence <= this.sequence) continue
        if (skipped.has(reader.sequence)) skipCommand(this.#command)
        this.exchange.output.clear()
        this.exchange.execute(this.#command, reader.sequence, reader.time)
        const { output, time } = this.exchange
        this.collect(output.words, output.length, this.#epoch, time)
        if (isAnother && this.successions.at(-1)?.epoch !== batch.epoch)
          this.successions.push({ epoch: batch.epoch, from: before, to: reader.time })
      }
    }
  }

  close(): Promise<void> {
    return this.#journal.close().then(() => undefined)
  }
}
