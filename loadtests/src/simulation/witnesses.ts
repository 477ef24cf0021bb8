import { Absences } from '../invariants/absences.ts'
import { Acknowledgements } from '../reconcile/acknowledgements.ts'
import { Answers } from '../invariants/answers.ts'
import { Capabilities } from '../invariants/capabilities.ts'
import type { FeedLog } from '../invariants/feed-log.ts'
import { HOLD_MS_DEFAULT } from '../../../services/gateway/src/engine-link/link-options.ts'
import { Hold } from '../invariants/hold.ts'
import { LostRows } from '../invariants/lost-rows.ts'
import { OwnReads } from '../invariants/own-reads.ts'
import { Resolutions } from '../invariants/resolutions.ts'

/** What everybody in a run saw, for the checkers to compare with the journal. */
export class Witnesses {
  /** Orders and cancels, as their traders were told of them. */
  readonly told = new Acknowledgements()
  readonly answers = new Answers()
  readonly reads = new OwnReads()
  readonly resolutions = new Resolutions()
  readonly absences = new Absences()
  readonly hold = new Hold(HOLD_MS_DEFAULT)
  readonly capabilities = new Capabilities()
  readonly lostRows = new LostRows()
  /** One for each life of a gateway. */
  readonly feeds: FeedLog[] = []
  /** Seen at once to be wrong. */
  readonly violations: string[] = []
}
