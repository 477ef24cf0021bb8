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

/** What all parts of a run observed, for the checkers to compare with the journal. */
export class Witnesses {
  /** Orders and cancels, with the answers that their traders got. */
  readonly told = new Acknowledgements()
  /** Sequence of the outcome in that answer, by client order id, or by the id of a cancelled order. */
  readonly toldAt = new Map<string | number, number>()
  readonly answers = new Answers()
  /** Answers about these parts of the journal are void. */
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
  /** Violations that were seen during the run. */
  readonly violations: string[] = []

  /** The orders and cancels whose answers count. */
  counting(): Acknowledgements {
    const counts = (key: string | number): boolean => !this.givenUp.has(this.toldAt.get(key) ?? 0)
    const { orders, cancelled } = this.told.toJSON()
    return Acknowledgements.from({
      orders: orders.filter(({ order }) => counts(order.clientId)),
      cancelled: cancelled.filter(counts),
    })
  }
}
