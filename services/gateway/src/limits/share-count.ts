/**
 * Counts how much of a shared memory each key holds. A key that has reached its share takes nothing from the others. A
 * key that holds nothing takes no memory.
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

  /** Count one more for `key`; false when it has reached its share. */
  take(key: Key): boolean {
    const held = this.held(key)
    if (held >= this.#shareMax) return false
    this.#held.set(key, held + 1)
    return true
  }

  /** Count one less for `key`. */
  give(key: Key): void {
    const held = this.held(key)
    if (held > 1) this.#held.set(key, held - 1)
    else this.#held.delete(key)
  }
}
