import {
  AppendFailedError,
  JournalError,
  type Batch,
  type ClockReading,
  type Confirmation,
  type Head,
  type LeaseView,
  type ReadOptions,
  type RestoredSnapshot,
  type Snapshot,
  type StoredBatch,
  type Loss,
} from '@uptick/journal'
import { WayLostError, type Distance } from './distance.ts'
import { explainRefusal, isFenced } from './head-image.ts'
import type { JournalStore } from './journal-store.ts'
import { MemoryJournal } from './memory-journal.ts'
import { MemoryLease, type MemoryLeaseOptions } from './memory-lease.ts'

const TAIL_POLL_MS = 50
const PAGE_BATCHES = 16

/**
 * The ways of a process to the store: its connections for writing and for the lease, and its pool. Each keeps its own
 * order, and each fails by itself.
 */
export interface StoreWays {
  readonly writes: Distance
  readonly reads: Distance
  readonly lease: Distance
}

/** The memory journal, at a distance: what takes several statements takes several ways there and back. */
export class DistantJournal extends MemoryJournal {
  readonly ways: StoreWays

  constructor(store: JournalStore, ways: StoreWays) {
    super(store)
    this.ways = ways
  }

  get isTroubled(): boolean {
    return this.readOnly !== undefined || Object.values(this.ways).some(({ isTroubled }) => isTroubled)
  }

  /** Whether what is written gets there. */
  get isWritable(): boolean {
    return this.readOnly === undefined && this.ways.writes.isWhole
  }

  /** The process is gone. */
  forget(): void {
    this.ways.reads.forget()
  }

  /** Try what a take-over writes, without writing anything. */
  async rehearse(): Promise<void> {
    await this.#write(() => this.settled())
  }

  override async append(batch: Batch): Promise<'appended' | 'fenced'> {
    try {
      const result = await this.ways.writes.call(() => this.appendOnce(batch))
      if (result !== 'refused') return result
      const head = await this.ways.writes.call(() => this.settled())
      const isThere = await this.ways.writes.call(async () => this.has(batch))
      return explainRefusal(head, batch, this.claimed, isThere)
    } catch (error) {
      if (error instanceof WayLostError) throw new AppendFailedError(error.message, error.outcome, { cause: error })
      throw error
    }
  }

  override async resolve(batch: Batch): Promise<'appended' | 'absent' | 'fenced'> {
    const head = await this.#write(() => this.settled())
    const isThere = await this.#write(async () => this.has(batch))
    if (isThere) return 'appended'
    return isFenced(head, batch, this.claimed) ? 'fenced' : 'absent'
  }

  override async confirm(batch: Batch | undefined): Promise<Confirmation> {
    const head = await this.#write(() => this.settled())
    return this.#write(async () => this.confirmation(head, batch))
  }

  override release(epochSeen: number): Promise<number> {
    return this.#write(() => super.release(epochSeen))
  }

  override async restore(batches: readonly Batch[], epochSeen: number): Promise<number> {
    await this.#write(async () => this.fence(epochSeen))
    let restored = 0
    for (const batch of batches) if (await this.#write(async () => this.restoreOne(batch))) restored++
    return restored
  }

  override head(): Promise<Head> {
    return this.#read(() => super.head())
  }

  override latestSnapshot(atMost?: number): Promise<RestoredSnapshot | undefined> {
    return this.#read(() => super.latestSnapshot(atMost))
  }

  override saveSnapshot(snapshot: Snapshot): Promise<void> {
    return this.#read(() => super.saveSnapshot(snapshot))
  }

  override skipped(): Promise<Set<number>> {
    return this.#read(() => super.skipped())
  }

  override async *read(from: number, options: ReadOptions = {}): AsyncGenerator<StoredBatch> {
    yield* await this.#read(() => Array.fromAsync(super.read(from, options)))
  }

  override async *tail(from: number, signal: AbortSignal): AsyncGenerator<StoredBatch> {
    let next = from
    while (!signal.aborted) {
      const page = await this.#read(() =>
        Array.fromAsync(super.read(next)).then((batches) => batches.slice(0, PAGE_BATCHES)),
      ).catch(() => [])
      for (const batch of page) {
        if (signal.aborted) return
        next = batch.last + 1
        yield batch
      }
      if (page.length < PAGE_BATCHES) await this.ways.reads.wait(TAIL_POLL_MS, signal)
    }
  }

  #write<T>(run: () => Promise<T>): Promise<T> {
    return explained(this.ways.writes, run)
  }

  #read<T>(run: () => Promise<T>): Promise<T> {
    return explained(this.ways.reads, run)
  }
}

/** The memory lease, at a distance; claims go where appends go. */
export class DistantLease extends MemoryLease {
  readonly #ways: StoreWays
  readonly #listeners = new Set<() => void>()
  #read: ClockReading | undefined

  constructor(store: JournalStore, options: MemoryLeaseOptions, ways: StoreWays) {
    super(store, options)
    this.#ways = ways
  }

  /** With the connection. */
  protected override showLife(): void {}

  /** As far as the process knows. */
  override get isAlive(): boolean {
    return this.#ways.lease.isOpen
  }

  override onChange(listener: () => void): () => void {
    const end = super.onChange(() => this.#ways.lease.notify(listener))
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      end()
    }
  }

  /** The process has found out that its connection is lost. */
  lost(): void {
    for (const listener of this.#listeners) listener()
  }

  override get reading(): ClockReading | undefined {
    return this.#read
  }

  override look(): Promise<LeaseView> {
    return this.#readClock(() => super.look())
  }

  override async claim(ended?: number, newest?: Batch): Promise<Head | undefined> {
    const { lease, writes } = this.#ways
    // Its claim names the sign of life that goes with it.
    if (!lease.isOpen) await this.#ask(() => Promise.resolve())
    return explained(writes, () => super.claim(ended, newest))
  }

  override renew(epoch: number): Promise<boolean> {
    return this.#readClock(() => super.renew(epoch))
  }

  override leads(epoch: number): Promise<boolean> {
    return this.#ask(() => super.leads(epoch))
  }

  override halt(reason: string, loss: Loss): Promise<boolean> {
    return this.#ask(() => super.halt(reason, loss))
  }

  override lift(): Promise<void> {
    return this.#ask(() => super.lift())
  }

  override hand(epoch: number, successor?: string): Promise<boolean> {
    return this.#ask(() => super.hand(epoch, successor))
  }

  async #readClock<T>(run: () => Promise<T>): Promise<T> {
    const { lease } = this.#ways
    const askedAt = lease.elapsed
    const [time, result] = await this.#ask(async () => [this.storeTime, await run()] as const)
    this.#read = { time, askedAt, heardAt: lease.elapsed }
    return result
  }

  #ask<T>(run: () => Promise<T>): Promise<T> {
    return explained(this.#ways.lease, run)
  }
}

/** @throws JournalError when the way is lost before the answer */
async function explained<T>(way: Distance, run: () => Promise<T>): Promise<T> {
  try {
    return await way.call(run)
  } catch (error) {
    if (error instanceof WayLostError) throw new JournalError(error.message, { cause: error })
    throw error
  }
}
