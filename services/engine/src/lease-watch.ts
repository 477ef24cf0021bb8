import type { LeaseView } from '@uptick/journal'

/** The lease as one look showed it, at some moment between question and answer. */
interface Sight {
  readonly epoch: number
  readonly holder: string
  readonly expiresAt: number
  /** `Clock.elapsed` of the look before the one that showed it first: it has been so for no longer than since then, */
  readonly before: number
  /** and for no shorter than since the end of that one. */
  readonly seenAt: number
}

/**
 * Judges by this process's monotonic clock whether a lease has run out. PostgreSQL's clock may step: back, and a lease
 * that is not renewed would last longer by the step; forward, and one that was renewed just now would be over. So it
 * decides only where our own looks leave it open: a lease is over when it was seen unchanged for its whole length, and
 * is not before it can have been unchanged for so long.
 *
 * Safety does not depend on that: a claim that is too early fences a healthy leader, and nothing else.
 */
export class LeaseWatch {
  #sight: Sight | undefined
  #lookedAt = -Infinity

  /** The same view, with `expired` as it is by our own clock. The look began at `askedAt` and ended at `heardAt`. */
  judged(view: LeaseView, askedAt: number, heardAt: number): LeaseView {
    const { epoch, holder, expiresAt, leaseMs } = view
    const last = this.#sight
    const isSame = last?.epoch === epoch && last.holder === holder && last.expiresAt === expiresAt
    const sight = isSame ? last : { epoch, holder, expiresAt, before: this.#lookedAt, seenAt: heardAt }
    this.#sight = sight
    this.#lookedAt = askedAt
    // It was given up, or there was none; or its length is not known.
    if (expiresAt === -Infinity || leaseMs === undefined) return view
    const isOver = askedAt - sight.seenAt >= leaseMs
    const mayBeOver = heardAt - sight.before >= leaseMs
    return { ...view, expired: isOver || (view.expired && mayBeOver) }
  }
}
