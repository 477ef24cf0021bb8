import type { Batch, Head } from './journal.ts'

/** The leader of a shard, as PostgreSQL saw it at the moment of the look. */
export interface LeaseView {
  readonly head: Head
  /** Names the claim of the head's epoch among all that ever were; undefined when only older releases have claimed. */
  readonly claim: string | undefined
  /** The epoch that the holder leads, or led; 0 before the first. */
  readonly epoch: number
  readonly holder: string
  /** The address of the holder. */
  readonly url: string
  /** The successor that the holder has named. */
  readonly successor: string | undefined
  /** Why no member may lead; undefined unless that is so. */
  readonly halted: string | undefined
  /** The lease has expired by PostgreSQL's clock, or was given up. */
  readonly expired: boolean
  /** By PostgreSQL's clock, µs since 1970; -Infinity when it was given up, or there was none. Each renewal changes it. */
  readonly expiresAt: number
  /** Its length, ms; undefined when only older releases have led. */
  readonly leaseMs: number | undefined
  /** The holder's session lock is free: its process has ended, or its connection has. */
  readonly abandoned: boolean
}

/** That the journal has lost rows. */
export interface Loss {
  /** The newest known epoch of which something was seen and is lost; 0 when there is none. */
  readonly epochSeen: number
  /** The epoch of the journal's head when the loss was found. */
  readonly foundAt: number
}

/** What PostgreSQL's clock showed at some moment between asking and hearing. */
export interface ClockReading {
  /** µs since 1970. */
  readonly time: number
  /** By this process's monotonic clock, `performance.now`, ms. */
  readonly askedAt: number
  readonly heardAt: number
}

/**
 * Decides when a member may take over a shard. Whether that is safe is decided by the fence in the append. The lease
 * runs by PostgreSQL's clock; a holder keeps a session lock as a sign of life besides, so that its death is seen at
 * once.
 */
export interface Lease {
  /** Names this process among all that ever were. */
  readonly holder: string
  /** Whether our sign of life is in place, as far as is known. */
  readonly isAlive: boolean
  /** Of PostgreSQL's clock, with the last look or renewal; undefined before the first. */
  readonly reading: ClockReading | undefined
  look(): Promise<LeaseView>
  /**
   * Take the lease if it has expired, was handed off to us, is ours, or belongs to the epoch `ended`, whose leader the
   * caller knows to be gone; raises the epoch in the same statement, durably: from now on no other member's append
   * succeeds, and everything up to the head's last sequence is durable. Undefined when another member has it.
   *
   * @throws JournalRolledBackError when the epoch is not above the one that this process has claimed before, or when
   *   the journal does not hold `newest`, which the caller has executed
   */
  claim(ended?: number, newest?: Batch): Promise<Head | undefined>
  /** Prolong the lease of `epoch` by its full length from now; false when it is not ours any more, or the shard is halted. */
  renew(epoch: number): Promise<boolean>
  /**
   * Whether `epoch` is the journal's newest at some moment after the call: if so, no other member had taken over when it was
   * called, and no client was told anything by another member.
   *
   * @throws JournalRolledBackError when the journal has lost the claim of `epoch`; JournalHaltedError when the shard is
   */
  leads(epoch: number): Promise<boolean>
  /** Hand `epoch` off to the named successor, which may claim at once; without one, to any member. */
  hand(epoch: number, successor?: string): Promise<boolean>
  /**
   * Keep every member from leading: the journal has lost rows. Raises the epoch in the same statement, so that the
   * leader can append and renew no more, and to above `loss.epochSeen`, so that a decision to give up what was seen is
   * of a later one. Returns false and changes nothing when the epoch was raised after the loss was found: an operator
   * may have decided since then, so the caller has to look again.
   */
  halt(reason: string, loss: Loss): Promise<boolean>
  /** End a halt: the first member that claims leads again. */
  lift(): Promise<void>
  /**
   * Be told of hand-offs and claims by others, and of the loss of our sign of life, as soon as they are known. Returns
   * the function that ends the listening.
   */
  onChange(listener: () => void): () => void
  close(): Promise<void>
}
