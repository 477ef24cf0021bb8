import { Command, type Exchange } from '@uptick/core'
import type { StoredBatch } from '@uptick/journal'
import { BatchReader, skipCommand } from '@uptick/protocol'

/** The state here differs from that of the engine that wrote the journal: nothing more may be recorded. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError'
  readonly evidence: Readonly<Record<string, unknown>>

  constructor(message: string, evidence: Readonly<Record<string, unknown>>) {
    super(message)
    this.evidence = evidence
  }
}

/** A command broke an assertion of the state machine; an operator must decide whether to skip it. */
export class PoisonError extends Error {
  override readonly name = 'PoisonError'
  readonly sequence: number
  readonly evidence: Readonly<Record<string, unknown>>

  constructor(sequence: number, evidence: Readonly<Record<string, unknown>>, cause: unknown) {
    super(`the command at sequence ${sequence} breaks the state machine`, { cause })
    this.sequence = sequence
    this.evidence = evidence
  }
}

/** The recorder's own state machine. It executes the journal, and compares its hash with each batch. */
export class Replica {
  readonly exchange: Exchange
  readonly #skipped: ReadonlySet<number>
  readonly #reader = new BatchReader()
  readonly #command = new Command()

  constructor(exchange: Exchange, skipped: ReadonlySet<number>) {
    this.exchange = exchange
    this.#skipped = skipped
  }

  /** Execute the part of the batch that is not in the state yet; outcomes are added to the exchange's output. */
  apply(batch: StoredBatch): void {
    const { exchange } = this
    const reader = this.#reader.open(batch.payload)
    const { firstSequence, lastSequence, epoch } = reader
    if (firstSequence !== batch.first || lastSequence !== batch.last || epoch !== batch.epoch) {
      throw new DivergedError('a row of the journal holds another batch than it says', {
        row: { first: batch.first, last: batch.last, epoch: batch.epoch },
        payload: { firstSequence, lastSequence, epoch },
      })
    }
    if (batch.first > exchange.sequence + 1) {
      throw new DivergedError('a batch does not follow the state', { first: batch.first, state: exchange.sequence })
    }
    if (batch.first === exchange.sequence + 1) this.#compareHash(reader)
    while (reader.next(this.#command)) {
      if (reader.sequence <= exchange.sequence) continue
      if (this.#skipped.has(reader.sequence)) skipCommand(this.#command)
      this.#execute(reader)
    }
  }

  #compareHash({ firstSequence, epoch, hashBefore }: BatchReader): void {
    const ours = BigInt.asUintN(64, this.exchange.runningHash())
    if (hashBefore === undefined || hashBefore === ours) return
    throw new DivergedError('the running hash differs from the one in the journal', {
      firstSequence,
      epoch,
      journalHash: hashBefore.toString(16),
      ourHash: ours.toString(16),
      stateHash: BigInt.asUintN(64, this.exchange.stateHash()).toString(16),
    })
  }

  #execute({ sequence, time, epoch, firstSequence }: BatchReader): void {
    try {
      this.exchange.execute(this.#command, sequence, time)
    } catch (error) {
      const { kind, session, number, account, symbol } = this.#command
      throw new PoisonError(
        sequence,
        { time, epoch, batch: firstSequence, kind, session, number, account, symbol },
        error,
      )
    }
  }
}
