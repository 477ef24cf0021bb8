import { JournalRolledBackError, type Head, type LeaseView } from '@uptick/journal'

type Seen = Pick<LeaseView, 'head' | 'claim'>

/**
 * The newest claim that this process has seen in the journal's head. Epochs only rise, and each number belongs to one
 * claim: any other head is that of a journal that has lost rows.
 */
export class SeenHead {
  #epoch = 0
  #claim: string | undefined

  /** 0 before anything was seen. */
  get epoch(): number {
    return this.#epoch
  }

  /** Why a head that was read after everything else in here cannot follow it; undefined when it can. */
  contradiction({ head, claim }: Seen): string | undefined {
    if (head.epoch < this.#epoch) return `the journal is at epoch ${head.epoch}, and was at ${this.#epoch}`
    const isOther = this.#isKnown(head) && claim !== undefined && claim !== this.#claim
    return isOther ? `epoch ${head.epoch} was given twice: the journal has lost its first claim` : undefined
  }

  /**
   * A look that was begun after everything else in here had been seen.
   *
   * @throws JournalRolledBackError when the head is older than one seen before, or of another claim of the same number
   */
  looked(seen: Seen): void {
    const contradiction = this.contradiction(seen)
    if (contradiction !== undefined) throw new JournalRolledBackError(contradiction)
    const { head, claim } = seen
    if (!this.#isKnown(head)) this.#claim = claim
    this.#epoch = head.epoch
  }

  #isKnown(head: Head): boolean {
    return head.epoch === this.#epoch && this.#claim !== undefined
  }

  /**
   * A claim of our own.
   *
   * @throws JournalRolledBackError when its epoch is not above all that were seen
   */
  claimed({ epoch }: Head): void {
    if (epoch <= this.#epoch) {
      throw new JournalRolledBackError(`the journal gives epoch ${epoch}, and was at ${this.#epoch}`)
    }
    this.#epoch = epoch
    this.#claim = undefined
  }
}
