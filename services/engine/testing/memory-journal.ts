import {
  AppendFailedError,
  JournalError,
  JournalRolledBackError,
  type Batch,
  type Confirmation,
  type Head,
  type Journal,
  type ReadOptions,
  type RestoredSnapshot,
  type Snapshot,
  type StoredBatch,
} from '@uptick/journal'
import { explainRefusal, isFenced, isSuperseded, type Claim, type HeadImage } from './head-image.ts'
import { JournalStore } from './journal-store.ts'

export { JournalStore } from './journal-store.ts'

/** What the next append does besides, or instead of, being written. */
export type AppendFault = 'refused' | 'lost before' | 'lost after'

/**
 * The journal's seam for simulations: the same contract as the one in PostgreSQL, on a store in memory. Appends are
 * carried out when the simulation says so, in order; faults are planted per append.
 */
export class MemoryJournal implements Journal {
  readonly shard = 0
  readonly store: JournalStore
  /** While true, appends wait until `settle`. */
  holding = false
  /** Faults for the appends to come, first to last. */
  readonly faults: (AppendFault | undefined)[] = []
  /** Batches at the end that reading does not see: its connections lead to a server that is behind. */
  behind = 0
  /** While set, everything fails with it. */
  down: Error | undefined
  /** While set, nothing can be written with it: new connections lead to a server that takes no writes. */
  readOnly: Error | undefined
  /** The newest claim that was made here. */
  #claimed: Claim = { epoch: 0, claim: 0 }
  readonly #waiting: (() => void)[] = []

  constructor(store: JournalStore = new JournalStore()) {
    this.store = store
  }

  protected get claimed(): Claim {
    return this.#claimed
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Carry out the oldest `count` appends that wait (all, when not given). */
  settle(count: number = this.#waiting.length): void {
    for (const carryOut of this.#waiting.splice(0, count)) carryOut()
  }

  async append(batch: Batch): Promise<'appended' | 'fenced'> {
    const result = await this.appendOnce(batch)
    return result === 'refused' ? explainRefusal(this.store, batch, this.claimed, this.has(batch)) : result
  }

  /** The statement of an append alone; `refused` when the head did not fit. */
  protected appendOnce(batch: Batch): Promise<'appended' | 'refused'> {
    return new Promise((resolve, reject) => {
      const carryOut = (): void => {
        try {
          resolve(this.#append(batch))
        } catch (error) {
          reject(error)
        }
      }
      if (this.holding) this.#waiting.push(carryOut)
      else carryOut()
    })
  }

  async resolve(batch: Batch): Promise<'appended' | 'absent' | 'fenced'> {
    const head = await this.settled()
    if (this.has(batch)) return 'appended'
    return isFenced(head, batch, this.claimed) ? 'fenced' : 'absent'
  }

  /** The head, as a statement of its own reads it. */
  async settled(): Promise<HeadImage> {
    await this.reachForWriting()
    const { epoch, claim, last, lease } = this.store
    return { epoch, claim, last, halted: lease.halted }
  }

  async confirm(batch: Batch | undefined): Promise<Confirmation> {
    return this.confirmation(await this.settled(), batch)
  }

  /** What is found after the head was read. */
  protected confirmation({ epoch, claim, last }: HeadImage, batch: Batch | undefined): Confirmation {
    const holds = batch === undefined || this.has(batch)
    return {
      head: { epoch, last },
      claim: claim === 0 ? undefined : String(claim),
      holds,
      released: this.store.released,
    }
  }

  async head(): Promise<Head> {
    await this.#reach()
    return { epoch: this.store.epoch, last: this.store.last }
  }

  async takeOver(): Promise<Head> {
    await this.reachForWriting()
    return this.raise()
  }

  /** Raise the epoch, under a claim of its own. */
  raise(): Head {
    const head = this.fence(0)
    const { epoch } = head
    if (epoch <= this.#claimed.epoch) throw new JournalRolledBackError(`the journal gives epoch ${epoch} again`)
    this.#claimed = { epoch, claim: this.store.claim }
    return head
  }

  /** Raise the epoch without a leader. */
  protected fence(above: number): Head {
    const { store } = this
    store.epoch = Math.max(store.epoch, above) + 1
    store.claim = ++store.claims
    return { epoch: store.epoch, last: store.last }
  }

  async *read(from: number, options: ReadOptions = {}): AsyncGenerator<StoredBatch> {
    await this.#reach()
    const through = options.through ?? Number.MAX_SAFE_INTEGER
    for (const batch of this.#readable.slice(this.#indexFrom(from))) {
      if (batch.first > through) return
      yield batch
    }
  }

  async *tail(from: number, signal: AbortSignal): AsyncGenerator<StoredBatch> {
    let next = from
    while (!signal.aborted) {
      if (!this.down) {
        for (const batch of this.#readable.slice(this.#indexFrom(next))) {
          if (signal.aborted) return
          next = batch.last + 1
          yield batch
        }
      }
      if (!signal.aborted && (this.#readable.at(-1)?.last ?? 0) < next) await this.#changed(signal)
      else if (this.down) await this.#changed(signal)
    }
  }

  newestSnapshot(): Promise<{ sequence: number; ageSeconds: number } | undefined> {
    const newest = this.store.snapshots.at(-1)
    return Promise.resolve(newest && { sequence: newest.sequence, ageSeconds: 0 })
  }

  get #readable(): readonly StoredBatch[] {
    const { batches } = this.store
    return this.behind === 0 ? batches : batches.slice(0, Math.max(0, batches.length - this.behind))
  }

  #indexFrom(sequence: number): number {
    const index = this.store.batches.findLastIndex(({ first }) => first <= sequence)
    const batch = this.store.batches[index]
    return batch && batch.last >= sequence ? index : index + 1
  }

  /** Until something changed in the store, or `signal` aborts. */
  #changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        ended()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const ended = this.store.listen(done)
      signal.addEventListener('abort', done)
    })
  }

  async restore(batches: readonly Batch[], epochSeen: number): Promise<number> {
    await this.#reach()
    this.fence(epochSeen)
    return batches.filter((batch) => this.restoreOne(batch)).length
  }

  /** Append one batch again, unless it is there. @throws JournalError when it may not, or does not follow */
  protected restoreOne(batch: Batch): boolean {
    const { store } = this
    if (this.has(batch)) return false
    if (store.lease.halted === '') throw new JournalError('the shard is not halted')
    const isOlder = (store.batches.at(-1)?.epoch ?? 0) > batch.epoch
    if (isOlder || store.last !== batch.first - 1)
      throw new JournalError(`batch ${batch.first} does not follow ${store.last}`)
    store.batches.push({ ...batch, payload: Buffer.from(batch.payload), claim: 0 })
    store.last = batch.last
    store.epoch = Math.max(store.epoch, batch.epoch)
    return true
  }

  async release(epochSeen: number): Promise<number> {
    await this.#reach()
    const { store } = this
    if (store.lease.halted === '') throw new JournalError('the shard is not halted')
    store.released = this.fence(epochSeen).epoch
    store.lease.halted = ''
    store.changed()
    return store.last
  }

  async saveSnapshot(snapshot: Snapshot): Promise<void> {
    await this.#reach()
    this.store.snapshots.push({ sequence: snapshot.sequence, bytes: Buffer.from(snapshot.bytes), damaged: [] })
    this.store.snapshots.sort((a, b) => a.sequence - b.sequence)
  }

  async latestSnapshot(atMost = Number.MAX_SAFE_INTEGER): Promise<RestoredSnapshot | undefined> {
    await this.#reach()
    return this.store.snapshots.findLast((snapshot) => snapshot.sequence <= atMost)
  }

  pruneSnapshots(): Promise<void> {
    return Promise.resolve()
  }

  async skipped(): Promise<Set<number>> {
    await this.#reach()
    return new Set(this.store.skips)
  }

  skip(sequence: number): Promise<void> {
    if (sequence > this.store.last) return Promise.reject(new JournalError(`${sequence} is not in the journal`))
    this.store.skips.add(sequence)
    this.store.epoch++
    this.store.claim = ++this.store.claims
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #append(batch: Batch): 'appended' | 'refused' {
    const failure = this.down ?? this.readOnly
    if (failure) throw new AppendFailedError('down', 'absent', { cause: failure })
    const fault = this.faults.shift()
    if (fault === 'refused') throw new AppendFailedError('refused', 'absent')
    if (fault === 'lost before') throw new AppendFailedError('lost', 'unknown')
    const isWritten = this.#write(batch)
    if (fault === 'lost after') throw new AppendFailedError('lost', 'unknown')
    return isWritten ? 'appended' : 'refused'
  }

  /** One statement: whether the head fits, and the batch is written. */
  #write(batch: Batch): boolean {
    const { store } = this
    const { epoch, claim } = this.#claimed
    const isOurs = batch.epoch === epoch && store.epoch === epoch && store.claim === claim
    if (!isOurs || store.last !== batch.first - 1) return false
    store.batches.push({ ...batch, payload: Buffer.from(batch.payload), claim })
    store.last = batch.last
    store.furthest = Math.max(store.furthest, batch.last)
    store.changed()
    return true
  }

  /** Whether another member has taken over since `epoch`. @throws JournalRolledBackError when the claim of it is lost */
  isSuperseded(epoch: number): boolean {
    return isSuperseded(this.store, epoch, this.#claimed)
  }

  /** Whether this very batch is in the journal. */
  has(batch: Batch): boolean {
    const found = this.store.batches[this.#indexFrom(batch.first)]
    if (found?.epoch !== batch.epoch || found.first !== batch.first || found.last !== batch.last) return false
    return found.payload.equals(batch.payload)
  }

  protected reachForWriting(): Promise<void> {
    return this.readOnly ? Promise.reject(new JournalError('read-only', { cause: this.readOnly })) : this.#reach()
  }

  #reach(): Promise<void> {
    return reached(this)
  }
}

/** @throws JournalError when it is out of reach */
export function reached({ down }: Pick<MemoryJournal, 'down'>): Promise<void> {
  return down ? Promise.reject(new JournalError('down', { cause: down })) : Promise.resolve()
}
