import { Command, CommandKind, outcomeRepeated, Reject, type Exchange } from '@uptick/core'
import { JournalRolledBackError, type StoredBatch } from '@uptick/journal'
import { BatchReader, skipCommand } from '@uptick/protocol'
import type { ClosedOrders } from './closed-orders.ts'
import { hashText } from './queries.ts'
import type { RetainedBatches } from './retained-batches.ts'
import type { RetainedOutcomes } from './retained-outcomes.ts'
import type { Poison } from './sequencer.ts'

/** The state here and the state of the engine that wrote the journal differ: never lead with it. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError'
}

/** The journal needs something that this build lacks: never lead with it. */
export class UnfitError extends Error {
  override readonly name = 'UnfitError'
}

/** Replaying met a command that breaks an assertion of the state machine. */
export class PoisonError extends Error {
  override readonly name = 'PoisonError'
  readonly poison: Poison

  constructor(poison: Poison) {
    super(`the command at sequence ${poison.sequence} breaks the state machine`, { cause: poison.error })
    this.poison = poison
  }
}

export interface ReplicaOptions {
  readonly exchange: Exchange
  /** Sequences that an operator decided to skip. */
  readonly skipped: ReadonlySet<number>
  readonly retained: RetainedOutcomes
  readonly closedOrders: ClosedOrders
  readonly batches: RetainedBatches
  /** Outcomes and batches before this journaled time are not retained, µs. */
  readonly retainFrom: number
  /** The end of the journal as it was seen: outcomes that would be dropped again before it are not retained either. */
  readonly head: number
}

/** Retain a little more than the average length of outcomes says: those to come may be shorter. */
const RETAIN_MARGIN = 1.5

/** A state machine that follows the journal, batch by batch, and checks that it agrees with it. */
export class Replica {
  readonly #options: ReplicaOptions
  readonly #reader = new BatchReader()
  readonly #command = new Command()
  #commands = 0
  #words = 0

  constructor(options: ReplicaOptions) {
    this.#options = options
  }

  get exchange(): Exchange {
    return this.#options.exchange
  }

  /**
   * Execute the batch, or what of it is not part of the state yet.
   *
   * @throws JournalRolledBackError when another batch was executed in its place; DivergedError when the running hash is not the one that its leader had; UnfitError when a behaviour becomes
   *   active that this build does not know; PoisonError
   */
  apply(batch: StoredBatch): void {
    const { exchange } = this.#options
    const reader = this.#reader.open(batch.payload)
    if (reader.firstSequence !== batch.first || reader.lastSequence !== batch.last || reader.epoch !== batch.epoch) {
      throw new DivergedError(`the row of sequences ${batch.first} … ${batch.last} holds another batch`)
    }
    if (batch.first > exchange.sequence + 1) {
      throw new DivergedError(`batch ${batch.first} … ${batch.last} does not follow sequence ${exchange.sequence}`)
    }
    this.#compareBytes(batch)
    if (batch.last <= exchange.sequence) return
    if (batch.first === exchange.sequence + 1) this.#compareHash(reader)
    exchange.output.clear()
    this.#execute(reader, batch)
    this.#keep(batch)
  }

  /** The journal never changes: a batch that begins where an executed one began is that batch. */
  #compareBytes({ epoch, first, last, payload }: StoredBatch): void {
    const ours = this.#options.batches.find(first)
    if (!ours || (ours.epoch === epoch && ours.last === last && payload.equals(ours.payload))) return
    throw new JournalRolledBackError(
      `the batch from ${first} on is one of epoch ${epoch}, and was another one of epoch ${ours.epoch}`,
    )
  }

  #compareHash(reader: BatchReader): void {
    const ours = BigInt.asUintN(64, this.#options.exchange.runningHash())
    if (reader.hashBefore === undefined || reader.hashBefore === ours) return
    throw new DivergedError(
      `before sequence ${reader.firstSequence} the running hash is ${hashText(ours)}, ` +
        `the leader of epoch ${reader.epoch} had ${hashText(reader.hashBefore)}`,
    )
  }

  #execute(reader: BatchReader, batch: StoredBatch): void {
    const { exchange, skipped } = this.#options
    const command = this.#command
    while (reader.next(command)) {
      const { sequence, time } = reader
      if (sequence <= exchange.sequence) continue
      if (skipped.has(sequence)) skipCommand(command)
      const at = exchange.output.length
      let reject: number
      try {
        reject = exchange.execute(command, sequence, time)
      } catch (error) {
        throw new PoisonError({ sequence, time, epoch: batch.epoch, payload: batch.payload, error })
      }
      if (command.kind === CommandKind.ACTIVATE_BEHAVIOUR && reject === Reject.BEHAVIOUR_UNKNOWN)
        this.#compareActivation(command.value, sequence, at)
    }
  }

  /**
   * One that no leader knew was journaled as 0, and one that is repeated has activated nothing. Waiting for the hashes to
   * differ would let this member lead until then.
   */
  #compareActivation(behaviour: number, sequence: number, at: number): void {
    if (behaviour === 0 || outcomeRepeated(this.#options.exchange.output.words, at)) return
    throw new UnfitError(`sequence ${sequence} activated behaviour ${behaviour}, which this build does not know`)
  }

  #keep(batch: StoredBatch): void {
    const { exchange, retained, closedOrders, batches, retainFrom } = this.#options
    const { words, length } = exchange.output
    closedOrders.collect(words, length)
    this.#commands += batch.last - batch.first + 1
    this.#words += length
    if (exchange.time < retainFrom) batches.startAfter(batch.last)
    else batches.add(batch, exchange.time)
    if (exchange.time < retainFrom || this.#wouldBeDropped(batch.last)) retained.startAfter(exchange.sequence)
    else for (const chunk of retained.cut(batch.epoch, exchange.time, words, length)) retained.add(chunk)
  }

  #wouldBeDropped(sequence: number): boolean {
    const { head, retained } = this.#options
    const bytesToCome = (head - sequence) * (this.#words / this.#commands) * 4
    return retained.last === retained.oldest - 1 && bytesToCome > retained.bytesMax * RETAIN_MARGIN
  }
}
