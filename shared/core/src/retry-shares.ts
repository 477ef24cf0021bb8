/* oxlint-disable typescript/no-non-null-assertion -- the store gave the slots out; `verify` walks them all. */
/** What one account holds of the memory of idempotent retry. */
export interface RetryShare {
  readonly account: number
  /** Remembered orders, and the events of their replies. */
  weight: number
  /** Slots of its oldest and newest order. */
  oldest: number
  newest: number
  /** Its position in the heap. */
  place: number
}

/** Records of accounts whose memory was shortened; at this number obsolete ones are first searched for. */
const FORGOTTEN_LEAST = 1024

/**
 * How much each account holds of the memory of idempotent retry. The account with the most is found at once. Ties go to
 * the lowest account id, so that every member finds the same one, whatever the order in its heap.
 */
export class RetryShares {
  readonly #byAccount = new Map<number, RetryShare>()
  /** A binary heap: every share is before its two successors. */
  readonly #heap: RetryShare[] = []
  /** Account → the latest first sending among its orders that were dropped early, µs. */
  readonly #forgotten = new Map<number, number>()
  #forgottenMax = FORGOTTEN_LEAST

  /** The account that holds the most; there is one while anything is remembered. */
  get heaviest(): RetryShare {
    return this.#heap[0]!
  }

  find(account: number): RetryShare | undefined {
    return this.#byAccount.get(account)
  }

  /** The account remembers one more order, in `slot`. Returns the slot of its previous newest order, or −1. */
  add(account: number, slot: number, weight: number): number {
    const share = this.#byAccount.get(account)
    if (share === undefined) {
      const place = this.#heap.length
      const opened: RetryShare = { account, weight, oldest: slot, newest: slot, place }
      this.#byAccount.set(account, opened)
      this.#heap.push(opened)
      this.#rise(opened)
      return -1
    }
    const before = share.newest
    share.newest = slot
    share.weight += weight
    this.#rise(share)
    return before
  }

  /** The oldest order of the account was removed; `next` is the slot of the following one, −1 for none. */
  remove(account: number, weight: number, next: number): void {
    const share = this.#byAccount.get(account)!
    share.weight -= weight
    share.oldest = next
    if (next >= 0) this.#sink(share)
    else this.#close(share)
  }

  clear(): void {
    this.#byAccount.clear()
    this.#heap.length = 0
  }

  /** Orders of the account that were first sent up to this time (µs) may have been dropped early; 0: none. */
  forgottenThrough(account: number): number {
    return this.#forgotten.get(account) ?? 0
  }

  /**
   * An order of the account with this first sending was dropped. What was sent before `expired` is refused for its age.
   */
  forget(account: number, firstSent: number, expired: number): void {
    if (firstSent > this.forgottenThrough(account)) this.#forgotten.set(account, firstSent)
    if (this.#forgotten.size < this.#forgottenMax) return
    for (const [which, through] of this.#forgotten) if (through < expired) this.#forgotten.delete(which)
    this.#forgottenMax = Math.max(FORGOTTEN_LEAST, 2 * this.#forgotten.size)
  }

  /** Account and time of all records that still have a meaning, by account. */
  forgotten(expired: number): [number, number][] {
    return [...this.#forgotten].filter(([, through]) => through >= expired).toSorted(([a], [b]) => a - b)
  }

  #close(share: RetryShare): void {
    this.#byAccount.delete(share.account)
    const last = this.#heap.pop()!
    if (last === share) return
    this.#put(last, share.place)
    this.#rise(last)
    this.#sink(last)
  }

  #put(share: RetryShare, place: number): void {
    this.#heap[place] = share
    share.place = place
  }

  #rise(share: RetryShare): void {
    while (share.place > 0) {
      const at = share.place
      const above = this.#heap[(at - 1) >> 1]!
      if (!isHeavier(share, above)) return
      this.#put(share, above.place)
      this.#put(above, at)
    }
  }

  #sink(share: RetryShare): void {
    for (;;) {
      const at = share.place
      const [left, right] = [this.#heap[2 * at + 1], this.#heap[2 * at + 2]]
      if (left === undefined) return
      const below = right !== undefined && isHeavier(right, left) ? right : left
      if (!isHeavier(below, share)) return
      this.#put(share, below.place)
      this.#put(below, at)
    }
  }
}

function isHeavier(a: RetryShare, b: RetryShare): boolean {
  return a.weight > b.weight || (a.weight === b.weight && a.account < b.account)
}
