/**
 * Counts what each of several holds of a memory that they share, so that one at its share takes nothing from the others.
 * Nothing is kept of one that holds nothing.
 */
export class ShareCount<Key> {
  readonly #shareMax: number
  readonly #held = new Map<Key, number>()

  constructor(shareMax: number) {
    this.#shareMax = shareMax
  }

  held(key: Key): number {
    return this.#held.get(key) ?? 0
  }

  /** One more for `key`; false when it is at its share. */
  take(key: Key): boolean {
    const held = this.held(key)
    if (held >= this.#shareMax) return false
    this.#held.set(key, held + 1)
    return true
  }

  /** One less for `key`. */
  give(key: Key): void {
    const held = this.held(key)
    if (held > 1) this.#held.set(key, held - 1)
    else this.#held.delete(key)
  }
}
