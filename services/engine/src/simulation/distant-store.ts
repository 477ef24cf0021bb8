import type {
  Batch,
  Confirmation,
  Head,
  LeaseView,
  ReadOptions,
  RestoredSnapshot,
  Snapshot,
  StoredBatch,
} from '@uptick/journal'
import type { JournalStore } from './journal-store.ts'
import { MemoryJournal } from './memory-journal.ts'
import { MemoryLease, type MemoryLeaseOptions } from './memory-lease.ts'
import type { ProcessTime } from './process-time.ts'
import type { Random } from './random.ts'
import type { VirtualTime } from './virtual-time.ts'

const TAIL_POLL_MS = 50
const PAGE_BATCHES = 16

/**
 * The way of one process to the store: what it asks for is done there a little later, in the order of asking, whatever has
 * become of the process by then, and it hears of it a little later still, if it runs.
 */
export class Distance {
  readonly #time: VirtualTime
  readonly #process: ProcessTime
  readonly #random: Random
  readonly delayMsMax: number
  #lastAt = 0
  readonly #listening = new Set<() => void>()

  constructor(time: VirtualTime, process: ProcessTime, random: Random, delayMsMax: number) {
    this.#time = time
    this.#process = process
    this.#random = random
    this.delayMsMax = delayMsMax
  }

  call<T>(run: () => Promise<T>): Promise<T> {
    const now = this.#time.elapsed()
    const at = Math.max(this.#lastAt, now + this.#delay())
    this.#lastAt = at
    return new Promise((resolve, reject) => {
      this.#time.after(at - now, () => {
        run().then(
          (value) => this.#process.after(this.#delay(), () => resolve(value)),
          (error: unknown) => this.#process.after(this.#delay(), () => reject(error)),
        )
      })
    })
  }

  /** The store has news for the process, if it runs. */
  notify(run: () => void): void {
    this.#process.after(this.#delay(), run)
  }

  /** Until `ms` have passed or `signal` aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        forget()
        resolve()
      }
      const forget = (): void => {
        this.#listening.delete(forget)
        signal.removeEventListener('abort', done)
      }
      this.#listening.add(forget)
      signal.addEventListener('abort', done)
      this.#process.after(ms, done)
    })
  }

  /** The process is gone. Signals that somebody listens to are kept for ever, with all that hangs on them. */
  forget(): void {
    for (const forget of this.#listening) forget()
  }

  #delay(): number {
    return this.#random.next() * this.delayMsMax
  }
}

/** The ways to the journal: writing has one of its own, so that it does not wait behind reading, or go before it. */
export interface JournalWays {
  readonly writes: Distance
  readonly reads: Distance
}

/** The memory journal, at a distance. */
export class DistantJournal extends MemoryJournal {
  readonly #ways: JournalWays

  constructor(store: JournalStore, ways: JournalWays) {
    super(store)
    this.#ways = ways
  }

  /** The process is gone. */
  forget(): void {
    this.#ways.reads.forget()
  }

  override append(batch: Batch): Promise<'appended' | 'fenced'> {
    return this.#ways.writes.call(() => super.append(batch))
  }

  override resolve(batch: Batch): Promise<'appended' | 'absent' | 'fenced'> {
    return this.#ways.reads.call(() => super.resolve(batch))
  }

  override confirm(batch: Batch | undefined): Promise<Confirmation> {
    return this.#ways.writes.call(() => super.confirm(batch))
  }

  override release(epochSeen: number): Promise<number> {
    return this.#ways.writes.call(() => super.release(epochSeen))
  }

  override restore(batches: readonly Batch[], epochSeen: number): Promise<number> {
    return this.#ways.writes.call(() => super.restore(batches, epochSeen))
  }

  override head(): Promise<Head> {
    return this.#ways.reads.call(() => super.head())
  }

  override latestSnapshot(atMost?: number): Promise<RestoredSnapshot | undefined> {
    return this.#ways.reads.call(() => super.latestSnapshot(atMost))
  }

  override saveSnapshot(snapshot: Snapshot): Promise<void> {
    return this.#ways.reads.call(() => super.saveSnapshot(snapshot))
  }

  override skipped(): Promise<Set<number>> {
    return this.#ways.reads.call(() => super.skipped())
  }

  override async *read(from: number, options: ReadOptions = {}): AsyncGenerator<StoredBatch> {
    yield* await this.#ways.reads.call(() => Array.fromAsync(super.read(from, options)))
  }

  override async *tail(from: number, signal: AbortSignal): AsyncGenerator<StoredBatch> {
    let next = from
    while (!signal.aborted) {
      const page = await this.#ways.reads
        .call(() => Array.fromAsync(super.read(next)).then((batches) => batches.slice(0, PAGE_BATCHES)))
        .catch(() => [])
      for (const batch of page) {
        if (signal.aborted) return
        next = batch.last + 1
        yield batch
      }
      if (page.length < PAGE_BATCHES) await this.#ways.reads.wait(TAIL_POLL_MS, signal)
    }
  }
}

/** The memory lease, at a distance. */
export class DistantLease extends MemoryLease {
  readonly #distance: Distance

  constructor(store: JournalStore, options: MemoryLeaseOptions, distance: Distance) {
    super(store, options)
    this.#distance = distance
  }

  override onChange(listener: () => void): () => void {
    return super.onChange(() => this.#distance.notify(listener))
  }

  override look(): Promise<LeaseView> {
    return this.#distance.call(() => super.look())
  }

  override claim(ended?: number, newest?: Batch): Promise<Head | undefined> {
    return this.#distance.call(() => super.claim(ended, newest))
  }

  override renew(epoch: number): Promise<boolean> {
    return this.#distance.call(() => super.renew(epoch))
  }

  override leads(epoch: number): Promise<boolean> {
    return this.#distance.call(() => super.leads(epoch))
  }

  override halt(reason: string | undefined): Promise<void> {
    return this.#distance.call(() => super.halt(reason))
  }

  override hand(epoch: number, successor?: string): Promise<boolean> {
    return this.#distance.call(() => super.hand(epoch, successor))
  }
}
