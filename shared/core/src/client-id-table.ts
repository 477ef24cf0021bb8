/* oxlint-disable typescript/no-non-null-assertion -- the store gave the slots out; `verify` walks them all. */
import { assert } from './assert.ts'
import type { ClientId } from './command.ts'
import type { ImageStore } from './image-store.ts'
import { NONE as EMPTY } from './order-store.ts'

// As constants of this module: only those are compiled into the code.
const NONE = EMPTY

const INITIAL_ENTRIES = 2048

/** Hash of an account and a client order id. */
export function clientHash(account: number, id: ClientId): number {
  const { words } = id
  let hash = Math.imul(account ^ id.length, 0x9e3779b1)
  const used = (id.length + 3) >> 2
  for (let i = 0; i < used; i++) {
    const mixed = hash ^ words[i]!
    hash = Math.imul((mixed << 13) | (mixed >>> 19), 0x85ebca6b)
  }
  return hash ^ (hash >>> 15)
}

/**
 * Maps (account, client order id) to the slot of the open order that has it. Open addressing, at most half full;
 * entries are (hash, slot); deletion shifts the cluster back.
 */
export class ClientIdTable {
  readonly images: ImageStore
  words = new Int32Array(INITIAL_ENTRIES * 2)
  shift = 32 - Math.log2(INITIAL_ENTRIES)
  entries = 0

  constructor(images: ImageStore) {
    this.images = images
  }

  /** Slot of the account's open order with this id, or NONE. `hash` is `clientHash(account, id)`. */
  find(hash: number, account: number, id: ClientId): number {
    const { words } = this
    const mask = words.length - 2
    for (let at = this.#home(hash); ; at = (at + 2) & mask) {
      const slot = words[at + 1]!
      if (slot === NONE) return NONE
      if (words[at] === hash && this.images.account(slot) === account && this.images.hasClient(slot, id)) return slot
    }
  }

  /** Is the entry of `slot` in the table? For checks. */
  holds(slot: number): boolean {
    const mask = this.words.length - 2
    let at = this.#home(this.images.clientHash(slot))
    while (this.words[at + 1] !== NONE && this.words[at + 1] !== slot) at = (at + 2) & mask
    return this.words[at + 1] === slot
  }

  /** `hash` is the hash that the order's image holds. */
  enter(hash: number, slot: number): void {
    if (this.entries * 4 >= this.words.length) this.#grow()
    this.#put(hash, slot)
  }

  remove(slot: number): void {
    const { words } = this
    const mask = words.length - 2
    let hole = this.#home(this.images.clientHash(slot))
    while (words[hole + 1] !== slot) {
      assert(words[hole + 1] !== NONE, 'an open order with a client id is in the table')
      hole = (hole + 2) & mask
    }
    for (let at = (hole + 2) & mask; words[at + 1] !== NONE; at = (at + 2) & mask) {
      const home = this.#home(words[at]!)
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        words[hole] = words[at]!
        words[hole + 1] = words[at + 1]!
        hole = at
      }
    }
    words[hole + 1] = NONE
    this.entries--
  }

  #put(hash: number, slot: number): void {
    const { words } = this
    const mask = words.length - 2
    let at = this.#home(hash)
    while (words[at + 1] !== NONE) at = (at + 2) & mask
    words[at] = hash
    words[at + 1] = slot
    this.entries++
  }

  #home(hash: number): number {
    return (Math.imul(hash, 0x9e3779b1) >>> this.shift) << 1
  }

  #grow(): void {
    const old = this.words
    this.words = new Int32Array(old.length * 2)
    this.shift--
    this.entries = 0
    for (let at = 0; at < old.length; at += 2) if (old[at + 1] !== NONE) this.#put(old[at]!, old[at + 1]!)
  }
}
