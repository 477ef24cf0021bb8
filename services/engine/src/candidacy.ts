import { JournalRolledBackError, type Batch, type Head, type Lease, type LeaseView } from '@uptick/journal'
import type { CancelTimer, Clock, Timers } from '@uptick/runtime'
import { LeaseWatch } from './lease-watch.ts'

/** How often a standby looks at the lease, ms. */
export const LOOK_MS = 100
/**
 * A holder's sign of life must be missing this long, ms: a holder that has only lost a connection stops answering at
 * once, and is back by then.
 */
const GONE_MS = 150
/** A standby that has not executed everything yet waits this long for the others, ms. */
const BEHIND_PATIENCE_MS = 500

export interface Claimed {
  readonly head: Head
  /** `Clock.elapsed` before the claim was sent. */
  readonly claimedAt: number
}

export interface CandidacyOptions {
  readonly lease: Lease
  readonly clock: Clock
  readonly timers: Timers
  /** Everything up to here is executed. */
  readonly sequence: () => number
  /** The batch that was executed last, if it is still retained. */
  readonly newest: () => Batch | undefined
  readonly events: {
    /** `sequence` was executed before the look. A listener that wants no claim to follow stops the candidacy. */
    looked(view: LeaseView, sequence: number): void
    trouble(error: unknown): void
  }
}

/**
 * Waits until this member may claim a shard: the leader names it, the lease expires, or the leader's sign of life is
 * gone. Looks at the lease every 100 ms and at every notification, and trusts its own clock only: see `LeaseWatch`. The
 * claim itself decides among several candidates.
 */
export class Candidacy {
  readonly #options: CandidacyOptions
  readonly #watch = new LeaseWatch()
  #cancelWait: CancelTimer = () => undefined
  #wake: (() => void) | undefined
  #awake = false
  /** The epoch that its leader has handed off to us. */
  #handed = 0
  #goneEpoch = 0
  #goneSince = 0
  #freeSince: number | undefined
  #stopped = false
  readonly #endListening: () => void

  constructor(options: CandidacyOptions) {
    this.#options = options
    this.#endListening = options.lease.onChange(() => this.wake())
  }

  /** Look again now: something may have changed. */
  wake(): void {
    this.#awake = true
    this.#wake?.()
  }

  /** The leader of `epoch` has stopped for good and wants us to lead. */
  handedOff(epoch: number): void {
    this.#handed = epoch
    this.wake()
  }

  stop(): void {
    this.#stopped = true
    this.#endListening()
    this.wake()
  }

  /** Whether the leader has handed the shard off to us, and the claim is under way. */
  get isHanded(): boolean {
    return this.#handed !== 0
  }

  /**
   * Resolves when the shard is ours; undefined after `stop`.
   *
   * @throws JournalRolledBackError when a claim shows that the journal has lost rows
   */
  async claimed(): Promise<Claimed | undefined> {
    while (!this.#stopped) {
      this.#awake = false
      try {
        const claimed = await this.#try()
        if (claimed) return claimed
      } catch (error) {
        this.#handed = 0
        if (error instanceof JournalRolledBackError) throw error
        if (!this.#stopped) this.#options.events.trouble(error)
      }
      await this.#pause()
    }
    return undefined
  }

  async #try(): Promise<Claimed | undefined> {
    const handed = this.#handed
    // A look first would only take time: the leader itself has named us.
    if (handed !== 0) {
      const claimed = await this.#claim(handed)
      this.#handed = 0
      if (claimed) return claimed
    }
    const { lease, clock } = this.#options
    const sequence = this.#options.sequence()
    const askedAt = clock.elapsed()
    const seen = await lease.look()
    if (this.#stopped) return undefined
    const view = this.#watch.judged(seen, askedAt, clock.elapsed())
    this.#options.events.looked(view, sequence)
    if (this.#isOver()) return undefined
    const isOver = view.expired && !seen.expired
    const ended = isOver || this.#isGone(view) ? view.epoch : 0
    if (!this.#isTurn(view, ended)) return undefined
    return this.#claim(ended)
  }

  #isOver(): boolean {
    return this.#stopped
  }

  async #claim(ended: number): Promise<Claimed | undefined> {
    const { lease, clock, newest } = this.#options
    const claimedAt = clock.elapsed()
    const head = await lease.claim(ended, newest())
    return head && { head, claimedAt }
  }

  #isTurn(view: LeaseView, ended: number): boolean {
    const { lease, clock, sequence } = this.#options
    const isFree = view.expired || ended !== 0 || view.holder === lease.holder || view.successor === lease.holder
    if (!isFree || view.halted !== undefined) {
      this.#freeSince = undefined
      return false
    }
    this.#freeSince ??= clock.elapsed()
    return sequence() >= view.head.last || clock.elapsed() - this.#freeSince >= BEHIND_PATIENCE_MS
  }

  #isGone({ abandoned, epoch }: LeaseView): boolean {
    const now = this.#options.clock.elapsed()
    if (!abandoned) this.#goneEpoch = 0
    else if (this.#goneEpoch !== epoch) {
      this.#goneEpoch = epoch
      this.#goneSince = now
    }
    return this.#goneEpoch !== 0 && now - this.#goneSince >= GONE_MS
  }

  #pause(): Promise<void> {
    if (this.#awake || this.#stopped) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        this.#cancelWait()
        this.#wake = undefined
        resolve()
      }
      this.#wake = done
      this.#cancelWait = this.#options.timers.after(this.#goneEpoch === 0 ? LOOK_MS : LOOK_MS / 2, done)
    })
  }
}
