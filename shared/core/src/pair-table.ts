/* oxlint-disable typescript/no-non-null-assertion -- the store gave the slots out; `verify` walks them all. */
import { NONE as EMPTY } from './order-store.ts'

// As constants of this module: only those are compiled into the code.
const NONE = EMPTY

const ENTRY_WORDS = 4
const INITIAL_ENTRIES = 256

/**
 * Maps a pair of numbers (an account and an asset, an account and a symbol) to a slot. Open addressing with linear
 * probing, at most half full; entries (first, second, slot) are never removed.
 */
export class PairTable {
  words = new Int32Array(INITIAL_ENTRIES * ENTRY_WORDS)
  shift = 32 - Math.log2(INITIAL_ENTRIES)
  entries = 0

  find(first: number, second: number): number {
    const { words } = this
    const mask = words.length - ENTRY_WORDS
    let at = this.#home(first, second)
    for (;;) {
      const slot = words[at + 2]!
      if (slot === NONE || (words[at] === first && words[at + 1] === second)) return slot
      at = (at + ENTRY_WORDS) & mask
    }
  }

  /** Enter a pair that is not in the table. */
  enter(first: number, second: number, slot: number): void {
    if (this.entries * 2 * ENTRY_WORDS >= this.words.length) this.#grow()
    const { words } = this
    const mask = words.length - ENTRY_WORDS
    let at = this.#home(first, second)
    while (words[at + 2] !== NONE) at = (at + ENTRY_WORDS) & mask
    words[at] = first
    words[at + 1] = second
    words[at + 2] = slot
    this.entries++
  }

  #home(first: number, second: number): number {
    return (Math.imul(Math.imul(first, 0x9e3779b1) + second, 0x85ebca6b) >>> this.shift) * ENTRY_WORDS
  }

  #grow(): void {
    const old = this.words
    this.words = new Int32Array(old.length * 2)
    this.shift--
    this.entries = 0
    for (let at = 0; at < old.length; at += ENTRY_WORDS) {
      if (old[at + 2] !== NONE) this.enter(old[at]!, old[at + 1]!, old[at + 2]!)
    }
  }
}
