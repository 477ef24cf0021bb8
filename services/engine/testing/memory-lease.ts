import {
  JournalError,
  JournalRolledBackError,
  type Batch,
  type ClockReading,
  type Head,
  type Lease,
  type LeaseView,
  type Loss,
} from '@uptick/journal'
import type { Clock } from '@uptick/runtime'
import type { JournalStore } from './journal-store.ts'
import { reached, type MemoryJournal } from './memory-journal.ts'

export interface MemoryLeaseOptions {
  readonly holder: string
  readonly url: string
  readonly leaseMs: number
  /** The store's clock, the same for all members of a simulation. */
  readonly time: Clock
  /** Reached when the journal is; claims are written where its batches are. */
  readonly journal: Pick<MemoryJournal, 'down' | 'readOnly' | 'raise' | 'has' | 'isSuperseded'>
}

/** The lease's seam for simulations, on the store that members share. */
export class MemoryLease implements Lease {
  readonly holder: string
  readonly #store: JournalStore
  readonly #options: MemoryLeaseOptions
  readonly #listeners = new Set<() => void>()
  readonly #endListening: () => void
  #reading: ClockReading | undefined

  constructor(store: JournalStore, options: MemoryLeaseOptions) {
    this.holder = options.holder
    this.#store = store
    this.#options = options
    store.alive.add(this.holder)
    this.#endListening = store.listen(() => this.#tell())
  }

  get isAlive(): boolean {
    return this.#store.alive.has(this.holder)
  }

  get reading(): ClockReading | undefined {
    return this.#reading
  }

  async look(): Promise<LeaseView> {
    await this.#reach()
    this.#read()
    const { lease, epoch, claim, last } = this.#store
    return {
      head: { epoch, last },
      claim: claim === 0 ? undefined : String(claim),
      epoch: lease.epoch,
      holder: lease.holder,
      url: lease.url,
      successor: lease.successor || undefined,
      halted: lease.halted || undefined,
      expired: lease.expiresAt <= this.#now,
      expiresAt: lease.expiresAt,
      leaseMs: this.#options.leaseMs,
      abandoned: !this.#store.alive.has(lease.holder),
    }
  }

  async claim(ended = -1, newest?: Batch): Promise<Head | undefined> {
    await this.#reach()
    const { readOnly } = this.#options.journal
    if (readOnly) throw new JournalError('read-only', { cause: readOnly })
    const store = this.#store
    const { lease } = store
    const isOurs = lease.successor === this.holder || lease.holder === this.holder || lease.epoch === ended
    if (lease.halted !== '' || (lease.expiresAt > this.#now && !isOurs)) return undefined
    const head = this.#options.journal.raise()
    lease.epoch = head.epoch
    lease.holder = this.holder
    lease.url = this.#options.url
    lease.expiresAt = this.#now + this.#options.leaseMs
    lease.successor = ''
    store.claimed()
    store.changed()
    if (newest && !this.#options.journal.has(newest)) throw new JournalRolledBackError(`${newest.last} is not there`)
    return head
  }

  async renew(epoch: number): Promise<boolean> {
    await this.#reach()
    this.showLife()
    const { lease } = this.#store
    const isOurs = lease.epoch === epoch && lease.holder === this.holder && lease.successor === ''
    if (!isOurs || this.#store.epoch !== epoch || lease.halted !== '') return false
    lease.expiresAt = this.#now + this.#options.leaseMs
    this.#read()
    return true
  }

  /** A connection that renews is there. */
  protected showLife(): void {
    this.#store.alive.add(this.holder)
  }

  async leads(epoch: number): Promise<boolean> {
    await this.#reach()
    return !this.#options.journal.isSuperseded(epoch)
  }

  async hand(epoch: number, successor?: string): Promise<boolean> {
    await this.#reach()
    const { lease } = this.#store
    if (lease.epoch !== epoch || lease.holder !== this.holder) return false
    lease.successor = successor ?? ''
    if (successor === undefined) lease.expiresAt = -Infinity
    this.#store.changed()
    return true
  }

  async halt(reason: string, { epochSeen, foundAt }: Loss): Promise<boolean> {
    await this.#reach()
    const store = this.#store
    if (store.epoch > foundAt) return false
    store.lease.halted = reason
    store.epoch = Math.max(store.epoch, epochSeen) + 1
    store.claim = ++store.claims
    store.changed()
    return true
  }

  async lift(): Promise<void> {
    await this.#reach()
    this.#store.lease.halted = ''
    this.#store.changed()
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  close(): Promise<void> {
    this.#store.alive.delete(this.holder)
    this.#endListening()
    return Promise.resolve()
  }

  get #now(): number {
    return this.#options.time.elapsed() + this.#store.clockStep
  }

  /** What the store's clock shows, µs. */
  protected get storeTime(): number {
    return this.#options.time.now() + this.#store.clockStep * 1_000
  }

  #read(): void {
    const { time } = this.#options
    this.#reading = { time: this.storeTime, askedAt: time.elapsed(), heardAt: time.elapsed() }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }

  #reach(): Promise<void> {
    return reached(this.#options.journal)
  }
}
