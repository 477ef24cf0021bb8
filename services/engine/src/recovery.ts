import type { Exchange } from '@uptick/core'
import { JournalPrunedError, type Journal, type RestoredSnapshot, type StoredBatch } from '@uptick/journal'
import { BatchReader } from '@uptick/protocol'
import type { Clock, Timers } from '@uptick/runtime'
import { ClosedOrders } from './closed-orders.ts'
import { RETAINED_MICROSECONDS } from './limits.ts'
import { Replica, UnfitError } from './replica.ts'
import { RetainedBatches } from './retained-batches.ts'
import { RetainedOutcomes } from './retained-outcomes.ts'
import type { OpenExchange, RecordedThrough } from './seams.ts'

/** Snapshots that are tried in search of one that is older than what is to be retained. */
const SNAPSHOTS_TRIED_MAX = 3
/** Maximum of commands before a snapshot that are replayed in order to retain more: about two seconds. */
const REPLAY_ANEW_COMMANDS_MAX = 1_000_000
/** Replay lets the event loop run this often, so that the next page comes in, and probes are answered. */
const SLICE_MS = 20
const PROGRESS_MS = 1_000
/** Reads that may end too early, and how long is waited before the next: a second in all. */
const SHORT_READS_MAX = 20
const SHORT_READ_PAUSE_MS = 50

export interface RecoveryOptions {
  readonly journal: Journal
  readonly openExchange: OpenExchange
  readonly recordedThrough: RecordedThrough
  readonly clock: Clock
  readonly timers: Timers
  readonly signal: AbortSignal
  readonly retainedBytesMax: number
  /** Behaviours that this build knows. */
  readonly behaviours: readonly number[]
  readonly progress: (sequence: number, last: number) => void
}

/** Reading ended before the end of the journal again and again: the connection leads to a server that is behind. */
export class ReadBehindError extends Error {
  override readonly name = 'ReadBehindError'
}

/** State at the head of the journal, and its last writer. */
export interface Recovered {
  readonly exchange: Exchange
  readonly retained: RetainedOutcomes
  readonly closedOrders: ClosedOrders
  readonly batches: RetainedBatches
  readonly replica: Replica
}

/**
 * Build the state from a snapshot and the batches after it. Starts from the newest snapshot that is older than the
 * outcomes to retain (60 s of journaled time before the head), so that gateways can resume after a cold start; when
 * only newer ones exist, from the oldest of those tried, and less is retained.
 *
 * @throws DivergedError, UnfitError, PoisonError; and whatever the journal throws
 */
export async function recover(options: RecoveryOptions): Promise<Recovered> {
  const { journal } = options
  // Loaded first: a command in it must not be executed even once.
  const skipped = await journal.skipped()
  const recorded = await options.recordedThrough()
  const head = await journal.head()
  const headTime = head.last === 0 ? 0 : await timeOf(journal, head.last)
  const retainFrom = headTime - RETAINED_MICROSECONDS
  const snapshot = await chooseSnapshot(journal, head.last, retainFrom)
  const exchange = options.openExchange(snapshot?.bytes)
  const unknown = exchange.catalogue().behaviours.filter((behaviour) => !options.behaviours.includes(behaviour))
  if (unknown.length > 0)
    throw new UnfitError(`behaviours ${unknown.join(', ')} are active, which this build does not know`)
  const retained = new RetainedOutcomes(exchange.sequence, { bytes: options.retainedBytesMax })
  const closedOrders = new ClosedOrders()
  closedOrders.recordedThrough(recorded)
  const batches = new RetainedBatches(exchange.sequence)
  const replica = new Replica({ exchange, skipped, retained, closedOrders, batches, retainFrom, head: head.last })
  await catchUp(options, replica, head.last)
  return { exchange, retained, closedOrders, batches, replica }
}

/**
 * Apply the batches after the replica's state up to the one that ends with `last`, which the journal was seen to hold. A
 * read that ends before is repeated, bounded.
 *
 * @throws ReadBehindError when that does not help
 */
export async function catchUp(options: RecoveryOptions, replica: Replica, last: number): Promise<void> {
  const { timers, signal } = options
  for (let reads = 0; replica.exchange.sequence < last; reads++) {
    if (reads > SHORT_READS_MAX) {
      throw new ReadBehindError(
        `reading ends at ${replica.exchange.sequence}, though the journal was seen to end at ${last}: ` +
          'does a connection lead to a server that is behind?',
      )
    }
    if (reads > 0) await new Promise<void>((resolve) => timers.after(SHORT_READ_PAUSE_MS, resolve))
    signal.throwIfAborted()
    await readThrough(options, replica, last)
  }
}

async function readThrough(options: RecoveryOptions, replica: Replica, last: number): Promise<void> {
  const { journal, clock, timers, signal, progress } = options
  let sliceEnd = clock.elapsed() + SLICE_MS
  let progressAt = clock.elapsed() + PROGRESS_MS
  for await (const batch of journal.read(replica.exchange.sequence + 1, { through: last })) {
    signal.throwIfAborted()
    replica.apply(batch)
    if (clock.elapsed() < sliceEnd) continue
    if (clock.elapsed() >= progressAt) {
      progress(replica.exchange.sequence, last)
      progressAt = clock.elapsed() + PROGRESS_MS
    }
    await new Promise<void>((resolve) => timers.endOfTurn(resolve))
    sliceEnd = clock.elapsed() + SLICE_MS
  }
}

async function chooseSnapshot(
  journal: Journal,
  last: number,
  retainFrom: number,
): Promise<RestoredSnapshot | undefined> {
  let chosen = await journal.latestSnapshot(last)
  for (let tried = 1; chosen && tried < SNAPSHOTS_TRIED_MAX; tried++) {
    if (chosen.sequence < last && (await isOldEnough(journal, chosen.sequence, retainFrom))) return chosen
    const older = chosen.sequence === 0 ? undefined : await olderSnapshot(journal, chosen.sequence)
    if (!older) return (await canBeginAnew(journal, chosen.sequence, retainFrom)) ? undefined : chosen
    chosen = older
  }
  return chosen
}

/** Whether everything from `retainFrom` on came after the snapshot of `sequence`. */
async function isOldEnough(journal: Journal, sequence: number, retainFrom: number): Promise<boolean> {
  try {
    if ((await timeOf(journal, sequence)) < retainFrom) return true
  } catch (error) {
    // What a snapshot contains may be pruned; what follows it is not.
    if (!(error instanceof JournalPrunedError)) throw error
  }
  return (await timeAfter(journal, sequence)) <= retainFrom
}

/**
 * Whether to replay from the start: when the whole journal is to be retained, and when the oldest snapshot is the first
 * one, is too new, and replaying what came before it costs little.
 */
async function canBeginAnew(journal: Journal, oldestSnapshot: number, retainFrom: number): Promise<boolean> {
  try {
    return (await timeOf(journal, 1)) > retainFrom || oldestSnapshot <= REPLAY_ANEW_COMMANDS_MAX
  } catch (error) {
    if (error instanceof JournalPrunedError) return false
    throw error
  }
}

/** The next older snapshot from which the journal can still be replayed. */
async function olderSnapshot(journal: Journal, sequence: number): Promise<RestoredSnapshot | undefined> {
  const older = await journal.latestSnapshot(sequence - 1)
  if (!older) return undefined
  try {
    await timeAfter(journal, older.sequence)
    return older
  } catch (error) {
    if (error instanceof JournalPrunedError) return undefined
    throw error
  }
}

function timeAfter(journal: Journal, sequence: number): Promise<number> {
  return timeOf(journal, sequence + 1)
}

/** Journaled time of one sequence, µs. */
async function timeOf(journal: Journal, sequence: number): Promise<number> {
  const batch = await firstOf(journal.read(sequence, { through: sequence }))
  if (!batch) return 0
  const reader = new BatchReader().open(batch.payload)
  while (reader.skip()) if (reader.sequence === sequence) return reader.time
  return reader.time
}

async function firstOf(batches: AsyncIterable<StoredBatch>): Promise<StoredBatch | undefined> {
  for await (const batch of batches) return batch
  return undefined
}
