import { strict as assert } from 'node:assert'
import { Command, CommandKind, type Exchange } from '@uptick/core'
import type { Batch } from '@uptick/journal'
import { decodeCommand, encodeBatch, movesHead, writtenBatchVersion } from '@uptick/protocol'
import type { Clock, Timers } from '@uptick/runtime'
import type { CommandBlock, CommandQueue } from './command-queue.ts'
import type { Committer } from './committer.ts'
import type { JournalClock } from './journal-clock.ts'
import { BATCH_COMMANDS_MAX } from './limits.ts'
import type { OutcomesChunk, RetainedOutcomes } from './retained-outcomes.ts'

/** Commands that were sequenced, journaled and executed together. */
export interface SequencedBatch extends Batch {
  /** Journaled time of all of them, µs. */
  readonly time: number
  readonly movesHead: boolean
  readonly block: CommandBlock
  /** When it was handed to the journal: `Clock.elapsed`, ms. */
  readonly sentAt: number
}

/** A command broke an assertion of the state machine, whose state cannot be trusted any more. */
export interface Poison {
  readonly sequence: number
  readonly time: number
  readonly epoch: number
  readonly payload: Uint8Array
  readonly error: unknown
}

export interface SequencerEvents {
  /** Commands came after their deadline: they take their numbers and are not executed. */
  late(commands: number): void
  /** The batch is on its way to the journal and executed; its outcomes must not be shown before it is durable. */
  executed(batch: SequencedBatch, outcomes: readonly OutcomesChunk[]): void
  poisoned(poison: Poison): void
}

export interface SequencerOptions {
  readonly exchange: Exchange
  readonly epoch: number
  readonly queue: CommandQueue
  /** Where outcomes go: only their memory is used here. */
  readonly retained: RetainedOutcomes
  readonly committer: Committer<SequencedBatch>
  readonly clock: Clock
  readonly journalClock: JournalClock
  readonly timers: Timers
  readonly appendsInFlightMax: number
  readonly events: SequencerEvents
}

/**
 * Gives commands their sequence and time, one batch after another. While one batch commits, the next one collects, so
 * that batches grow with the load (group commit). Each batch is handed to the journal first and executed while its
 * commit is under way. While the journal does not answer, nothing is sequenced: commands stay in their bounded queue.
 */
export class Sequencer {
  readonly #options: SequencerOptions
  readonly #command = new Command()
  readonly #times = new Float64Array(BATCH_COMMANDS_MAX)
  #version = 0
  #movesHead = true
  #scheduled = false
  #stopped = false
  /** A CONTINUE is queued. */
  #continuing = false

  constructor(options: SequencerOptions) {
    this.#options = options
    this.#readForm()
  }

  /** Continue with what the previous leader left unfinished, and with what is queued. */
  start(): void {
    this.#continueWork()
    this.wake()
  }

  /** Commands were queued: sequence them at the end of this turn, together with whatever else has arrived by then. */
  wake(): void {
    if (this.#scheduled || this.#stopped || !this.#mayCut()) return
    this.#scheduled = true
    this.#options.timers.endOfTurn(() => {
      this.#scheduled = false
      this.cut()
    })
  }

  /** Sequence what is queued, as far as the bound on appends in flight allows. */
  cut(): void {
    while (!this.#stopped && this.#mayCut()) {
      const block = this.#options.queue.take()
      if (!block) return
      this.#sequence(block)
    }
  }

  /** Sequence nothing any more. */
  stop(): void {
    this.#stopped = true
  }

  #mayCut(): boolean {
    const { queue, committer, appendsInFlightMax } = this.#options
    return queue.count > 0 && !committer.isRepairing && committer.inFlight < appendsInFlightMax
  }

  #sequence(block: CommandBlock): void {
    const { exchange, epoch, clock, journalClock, committer, events } = this.#options
    // From here to the handing off in one turn: a later question is answered after what is sequenced here.
    const late = block.makeLate(clock.elapsed())
    if (late > 0) events.late(late)
    const first = exchange.sequence + 1
    const time = journalClock.next(exchange.time)
    if (block.count > this.#times.length) throw new RangeError(`a batch of ${block.count} commands`)
    this.#times.fill(time, 0, block.count)
    const payload = encodeBatch({
      version: this.#version,
      firstSequence: first,
      epoch,
      hashBefore: exchange.runningHash(),
      records: block.records,
      times: this.#times,
      count: block.count,
    })
    const last = first + block.count - 1
    const form = { movesHead: this.#movesHead }
    const batch: SequencedBatch = { epoch, first, last, payload, time, block, sentAt: clock.elapsed(), ...form }
    committer.submit(batch)
    if (this.#execute(batch)) this.#continueWork()
  }

  #execute(batch: SequencedBatch): boolean {
    const { exchange, events } = this.#options
    const command = this.#command
    const { words, length } = batch.block.records
    const { output } = exchange
    output.clear()
    let sequence = batch.first
    let activated = false
    try {
      for (let at = 0; at < length; sequence++) {
        at = decodeCommand(words, at, command)
        exchange.execute(command, sequence, batch.time)
        if (command.kind === CommandKind.ACTIVATE_BEHAVIOUR) activated = true
        else if (command.kind === CommandKind.CONTINUE) this.#continuing = false
      }
      assert.equal(sequence, batch.last + 1, 'every command of the batch was executed')
    } catch (error) {
      this.stop()
      events.poisoned({ sequence, time: batch.time, epoch: batch.epoch, payload: batch.payload, error })
      return false
    }
    if (activated) this.#readForm()
    events.executed(batch, this.#options.retained.cut(batch.epoch, batch.time, output.words, output.length))
    return true
  }

  /**
   * Work that is too large for one command – an order, cancels, triggered stops – continues with a command of the
   * engine, one in each batch: commands of other markets come between, and wait for one step at most.
   */
  #continueWork(): void {
    const { exchange, queue } = this.#options
    if (this.#continuing || !exchange.hasWork()) return
    this.#continuing = true
    this.#command.reset()
    this.#command.kind = CommandKind.CONTINUE
    queue.addInternal(this.#command)
    this.wake()
  }

  /** The form of the journal's rows, by the behaviours that are active. */
  #readForm(): void {
    const { behaviours } = this.#options.exchange.catalogue()
    this.#version = writtenBatchVersion(behaviours)
    this.#movesHead = movesHead(behaviours)
  }
}
