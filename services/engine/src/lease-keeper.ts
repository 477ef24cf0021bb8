import type { Lease } from '@uptick/journal'
import type { CancelTimer, Clock, Timers } from '@uptick/runtime'
import { POWERLESS_MS_MAX } from './limits.ts'

/** Renewals in one length of the lease. */
const RENEWALS_PER_LEASE = 3
/** Part of the lease that is not used: two clocks never run at quite the same rate. */
const UNUSED_PART = 0.05
/** After a failed renewal the next is tried this soon. */
const RETRY_MS = 50

export interface LeaseKeeperOptions {
  readonly lease: Lease
  readonly epoch: number
  readonly leaseMs: number
  /** `Clock.elapsed` when the claim was sent. */
  readonly claimedAt: number
  readonly clock: Clock
  readonly timers: Timers
  /** `Clock.elapsed` since when the journal has taken nothing; undefined while it takes what it is given. */
  readonly failingSince?: () => number | undefined
  readonly events: {
    /** The lease is certain again, after it was not. */
    resumed(): void
    /** Another member has the lease, or the epoch is no longer the journal's. */
    lost(): void
    /** A renewal failed, after one that had not. */
    trouble(error: unknown): void
    /**
     * The lease is kept, and nothing can be written: another member should lead. Called instead of the next renewal.
     */
    powerless?(): void
  }
}

/**
 * Keeps a leader's lease, and knows by the process's own monotonic clock whether it can still count on it: each renewal
 * is counted from before it was sent, so that here the lease ends earlier than for PostgreSQL. A process that was
 * frozen finds its lease expired the moment it wakes, before it has received anything.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions
  readonly #usableMs: number
  #validUntil: number
  #cancel: CancelTimer = () => undefined
  #renewing = false
  #stopped = false
  #uncertain = false
  #troubled = false
  /** The first of the consecutive successful renewals. */
  #renewedSince: number | undefined
  readonly #endListening: () => void

  constructor(options: LeaseKeeperOptions) {
    this.#options = options
    this.#usableMs = options.leaseMs * (1 - UNUSED_PART)
    this.#validUntil = options.claimedAt + this.#usableMs
    this.#endListening = options.lease.onChange(() => {
      // Our sign of life is gone: others take us for dead in a moment, unless it is back by then.
      if (!options.lease.isAlive) void this.#renew()
    })
    this.#schedule(options.leaseMs / RENEWALS_PER_LEASE)
  }

  /** Whether no other member can lead yet. Asked for every answer that leaves. */
  get isCertain(): boolean {
    const { clock, lease } = this.#options
    const certain = !this.#stopped && lease.isAlive && clock.elapsed() < this.#validUntil
    if (!certain) this.#uncertain = true
    return certain
  }

  /** Milliseconds that are left. */
  get remainingMs(): number {
    return this.#validUntil - this.#options.clock.elapsed()
  }

  stop(): void {
    this.#stopped = true
    this.#endListening()
    this.#cancel()
  }

  #schedule(ms: number): void {
    this.#cancel()
    if (!this.#stopped) this.#cancel = this.#options.timers.after(ms, () => void this.#renew())
  }

  /** Where PostgreSQL is unreachable, renewals fail, too: then no other member could do better. */
  #isPowerless(renewedSince: number): boolean {
    const since = this.#options.failingSince?.()
    if (since === undefined) return false
    return this.#options.clock.elapsed() - Math.max(since, renewedSince) >= POWERLESS_MS_MAX
  }

  /** Never rejects. */
  async #renew(): Promise<void> {
    if (this.#renewing || this.#stopped) return
    this.#renewing = true
    const { lease, epoch, leaseMs, clock, events } = this.#options
    const sentAt = clock.elapsed()
    let next = leaseMs / RENEWALS_PER_LEASE
    try {
      const renewed = await lease.renew(epoch)
      if (this.#stopped) return
      if (!renewed) return events.lost()
      this.#validUntil = sentAt + this.#usableMs
      this.#troubled = false
      this.#renewedSince ??= sentAt
      if (this.#isPowerless(this.#renewedSince)) return events.powerless?.()
      if (this.#uncertain && this.isCertain) {
        this.#uncertain = false
        events.resumed()
      }
    } catch (error) {
      next = RETRY_MS
      this.#renewedSince = undefined
      if (!this.#stopped && !this.#troubled) events.trouble(error)
      this.#troubled = true
    } finally {
      this.#renewing = false
      this.#schedule(next)
    }
  }
}
