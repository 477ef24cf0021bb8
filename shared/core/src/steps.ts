import type { Market } from './market.ts'

/**
 * Bound on the work of one command: makers matched, orders cancelled, stops started. Each leaves less than 1 KiB of
 * events, so an outcome stays below 1 MiB and takes some milliseconds.
 */
export const STEP_WORK_MAX = 1_000
/** Bound on the bytes of one outcome: a link's frame may have many times as many. */
export const OUTCOME_BYTES_MAX = 1 << 20
/** Before BOUNDED_STEPS there was no bound; a small integer, so that the field keeps its representation. */
const UNBOUNDED = 0x3fffffff
/** Price levels and makers that a command may read without matching them before it starts no further stop order. */
const INSPECTED_MAX = 1 << 16

/** What is left of the current command's work, and the markets whose work continues in later commands. */
export class Steps {
  readonly max: number
  left = UNBOUNDED
  inspectable = INSPECTED_MAX
  /** Markets with unfinished work, in the order in which they get their next step. */
  readonly busy: Market[] = []

  constructor(max: number = STEP_WORK_MAX) {
    this.max = max
  }

  /** A command begins. */
  begin(isBounded: boolean): void {
    this.left = isBounded ? this.max : UNBOUNDED
    this.inspectable = INSPECTED_MAX
  }

  /** Count levels and makers that were read. */
  inspected(count: number): void {
    this.inspectable -= count
  }

  /** May the command start another stop order? */
  get hasMore(): boolean {
    return this.left > 0 && this.inspectable > 0
  }

  /** Note whether the market has work left. Returns true when it has, or when that changed. */
  note(market: Market, hasWork: boolean): boolean {
    if (!hasWork && this.busy.length === 0) return false
    const at = this.busy.indexOf(market)
    if (at >= 0) this.busy.splice(at, 1)
    if (hasWork) this.busy.push(market)
    return hasWork || at >= 0
  }
}
