import type { StoredBatch } from '@uptick/journal'
import { Absences } from '../invariants/absences.ts'
import { Acknowledgements } from '../reconcile/acknowledgements.ts'
import { Answers } from '../invariants/answers.ts'
import { Capabilities } from '../invariants/capabilities.ts'
import type { FeedLog } from '../invariants/feed-log.ts'
import { GivenUp } from '../invariants/given-up.ts'
import { HOLD_MS_DEFAULT } from '@uptick/link'
import { Hold } from '../invariants/hold.ts'
import { JournaledTime } from '../invariants/journaled-time.ts'
import { LostRows } from '../invariants/lost-rows.ts'
import { OwnReads } from '../invariants/own-reads.ts'
import { Readiness } from '../invariants/readiness.ts'
import { Resolutions } from '../invariants/resolutions.ts'

/** What all parts of a run saw, for the checkers to compare with the journal. */
export class Witnesses {
  /** Orders and cancels, as their traders were told of them. */
  readonly told = new Acknowledgements()
  /** Where the outcome stands that they were told of, by client order id, or by the id of an order that was cancelled. */
  readonly toldAt = new Map<string | number, number>()
  readonly answers = new Answers()
  /** What was told of these parts of the journal is void. */
  readonly givenUp = new GivenUp()
  readonly reads = new OwnReads(this.givenUp)
  readonly resolutions = new Resolutions()
  readonly absences = new Absences()
  readonly hold = new Hold(HOLD_MS_DEFAULT)
  readonly capabilities = new Capabilities()
  readonly readiness = new Readiness()
  readonly journaledTime = new JournaledTime()
  readonly lostRows = new LostRows<StoredBatch>()
  /** One for each life of a gateway. */
  readonly feeds: FeedLog[] = []
  /** Seen at once to be wrong. */
  readonly violations: string[] = []

  /** The orders and cancels of which what was told counts. */
  counting(): Acknowledgements {
    const counts = (key: string | number): boolean => !this.givenUp.has(this.toldAt.get(key) ?? 0)
    const { orders, cancelled } = this.told.toJSON()
    return Acknowledgements.from({
      orders: orders.filter(({ order }) => counts(order.clientId)),
      cancelled: cancelled.filter(counts),
    })
  }
}
