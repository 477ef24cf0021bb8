import type { RestoredSnapshot, Rostered, StoredBatch } from '@uptick/journal'

/** A row, and which claim wrote it; 0 when it was appended again, or by an older release. */
export interface WrittenBatch extends StoredBatch {
  readonly claim: number
}

interface LeaseState {
  epoch: number
  holder: string
  url: string
  expiresAt: number
  successor: string
  halted: string
}

/** The head and the lease as a claim left them. */
interface Claim {
  readonly epoch: number
  readonly claim: number
  readonly last: number
  readonly lease: Readonly<LeaseState>
}

/** What members of a shard share: the rows. Survives the members. */
export class JournalStore {
  epoch = 0
  /** Of the last claim; 0 before the first. Never given twice, also when the journal loses rows. */
  claim = 0
  claims = 0
  last = 0
  /** What was seen under an epoch before this one, and is lost, was given up. */
  released = 0
  /** How wrong its clock is, ms. */
  clockStep = 0
  /** The end of the journal when it was furthest. */
  furthest = 0
  readonly batches: WrittenBatch[] = []
  readonly snapshots: RestoredSnapshot[] = []
  readonly skips = new Set<number>()
  readonly lease: LeaseState = { epoch: 0, holder: '', url: '', expiresAt: -Infinity, successor: '', halted: '' }
  /** Holders whose sign of life stands. */
  readonly alive = new Set<string>()
  /** Who has said that it executes the journal, by place. */
  readonly roster = new Map<string, Rostered>()
  /** Of the lease, oldest first. */
  readonly #claimed: Claim[] = []
  readonly #listeners = new Set<() => void>()

  /** A member has claimed the lease, and the epoch with it. */
  claimed(): void {
    const { epoch, claim, last, lease } = this
    this.#claimed.push({ epoch, claim, last, lease: { ...lease } })
  }

  /**
   * Forget the last `count` batches, as a fail-over to a replica that was behind does, and with them the claims that were
   * made later: epoch, lease and halt are what they were. Of the claims made just there, `claims` are forgotten too.
   * Returns what is lost.
   */
  lose(count: number, claims = 0): StoredBatch[] {
    const lost = this.batches.splice(this.batches.length - count, count)
    this.last = this.batches.at(-1)?.last ?? 0
    while ((this.#claimed.at(-1)?.last ?? 0) > this.last) this.#forgetClaim()
    for (let i = 0; i < claims && this.#claimed.at(-1)?.last === this.last; i++) this.#forgetClaim()
    while ((this.snapshots.at(-1)?.sequence ?? 0) > this.last) this.snapshots.pop()
    return lost
  }

  #forgetClaim(): void {
    this.#claimed.pop()
    const before = this.#claimed.at(-1)
    this.epoch = Math.max(before?.epoch ?? 0, this.batches.at(-1)?.epoch ?? 0)
    this.claim = before?.claim ?? 0
    const never = { epoch: 0, holder: '', url: '', expiresAt: -Infinity, successor: '', halted: '' }
    Object.assign(this.lease, before?.lease ?? never)
  }

  /** Why no member may lead; empty unless that is so. */
  get halted(): string {
    return this.lease.halted
  }

  /** Hear of new batches and of changes of the lease. Returns what ends it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  changed(): void {
    for (const listener of this.#listeners) listener()
  }
}
