import { join } from 'node:path'
import { temporaryFolder } from '@uptick/commandline'
import type { Command, Exchange } from '@uptick/core'
import { migrate, openJournal, type Journal } from '@uptick/journal'
import { RecordWriter, encodeBatch, encodeCommand } from '@uptick/protocol'
import { startOwnPostgres } from '../../testing/own-postgres.ts'
import { listed, type Feeder } from './feeder.ts'

const BATCH_COMMANDS = 2048

/** A PostgreSQL of the bench's own with an empty journal. */
export interface ScratchJournal {
  readonly url: string
  readonly journal: Journal
  stop(): Promise<void>
}

/** Starts PostgreSQL in a temporary folder and migrates it. */
export async function scratchJournal(): Promise<ScratchJournal> {
  const { path: folder, remove } = temporaryFolder('uptick-bench-')
  const postgres = await startOwnPostgres({
    directory: join(folder, 'postgres'),
    password: 'bench',
    logFile: join(folder, 'postgres.log'),
  })
  const url = postgres.url()
  await migrate(url)
  const journal = openJournal(url, { shard: 0 })
  return {
    url,
    journal,
    async stop() {
      await journal.close()
      await postgres.stop('immediate')
      await remove()
    },
  }
}

/** An exchange that has executed the commands of `fill`, which are also in the journal. */
export async function journaled(journal: Journal, fill: (feeder: Feeder) => void): Promise<Exchange> {
  const sink = new BatchSink(journal, await journal.takeOver())
  const feeder = listed((command, time, exchange) => sink.take(command, time, exchange))
  fill(feeder)
  sink.close()
  await sink.flush(1)
  return feeder.exchange
}

/** Collects commands into batches as the sequencer does, and appends them. */
class BatchSink {
  readonly #journal: Journal
  readonly #epoch: number
  readonly #records = new RecordWriter()
  readonly #times: number[] = []
  #hashBefore = 0n
  #last: number
  #pending: Buffer[] = []

  constructor(journal: Journal, head: { epoch: number; last: number }) {
    this.#journal = journal
    this.#epoch = head.epoch
    this.#last = head.last
  }

  /** Add a command that `exchange` is about to execute. */
  take(command: Command, time: number, exchange: Exchange): void {
    if (this.#times.length === 0) this.#hashBefore = exchange.runningHash()
    encodeCommand(command, this.#records)
    this.#times.push(time)
    if (this.#times.length === BATCH_COMMANDS) this.close()
  }

  /** End the current batch. */
  close(): void {
    if (this.#times.length === 0) return
    const firstSequence = this.#last + 1
    this.#last += this.#times.length
    this.#pending.push(
      encodeBatch({
        firstSequence,
        epoch: this.#epoch,
        hashBefore: this.#hashBefore,
        records: this.#records,
        times: this.#times,
        count: this.#times.length,
      }),
    )
    this.#records.clear()
    this.#times.length = 0
  }

  /** Append everything that was collected; `first` is the sequence of the first batch not yet appended. */
  async flush(first: number): Promise<number> {
    let sequence = first
    for (const payload of this.#pending) {
      const count = payload.readInt32LE(12)
      const batch = { epoch: this.#epoch, first: sequence, last: sequence + count - 1, payload }
      if ((await this.#journal.append(batch)) !== 'appended') throw new Error('the bench was fenced')
      sequence += count
    }
    this.#pending = []
    return sequence
  }
}
