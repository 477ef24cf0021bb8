/* oxlint-disable typescript/no-non-null-assertion -- the store gave the slots out; `verify` walks them all. */
import { NONE as EMPTY } from './order-store.ts'
import { restoreWords } from './snapshot-words.ts'

// As a constant of this module: only those are compiled into the code.
const NONE = EMPTY

const LINK_WORDS = 2
const NEXT = 0
const PREVIOUS = 1

/**
 * The lists of open orders of each seat, by slot of the order store. They are stored apart from the order records: of a
 * neighbour only the links are touched.
 */
export class SeatLinks {
  words = new Int32Array(0)

  /** Take over the links of a snapshot, or of a smaller store, with room for `capacity` slots. */
  adopt(words: Int32Array, capacity: number): void {
    this.words = restoreWords(words, LINK_WORDS, capacity)
  }

  /** The seat's next open order, or NONE. */
  next(slot: number): number {
    return this.words[slot * LINK_WORDS + NEXT]!
  }

  /** Insert `slot` at the front of a seat's list whose first order is `head`. */
  link(slot: number, head: number): void {
    this.words[slot * LINK_WORDS + NEXT] = head
    this.words[slot * LINK_WORDS + PREVIOUS] = NONE
    if (head !== NONE) this.words[head * LINK_WORDS + PREVIOUS] = slot
  }

  /** Remove `slot` from its seat's list. Returns the new first order, given the old one. */
  unlink(slot: number, head: number): number {
    const next = this.words[slot * LINK_WORDS + NEXT]!
    const previous = this.words[slot * LINK_WORDS + PREVIOUS]!
    if (next !== NONE) this.words[next * LINK_WORDS + PREVIOUS] = previous
    if (previous === NONE) return next
    this.words[previous * LINK_WORDS + NEXT] = next
    return head
  }
}
