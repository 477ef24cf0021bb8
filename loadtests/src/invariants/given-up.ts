/**
 * Parts of a journal that were lost and that an operator has given up. Replies about them are void, and another history
 * has the same sequences since.
 */
export class GivenUp {
  readonly #parts: { readonly first: number; readonly last: number }[] = []

  get count(): number {
    return this.#parts.length
  }

  add(first: number, last: number): void {
    this.#parts.push({ first, last })
  }

  /** Whether any part of `from` … `through` was given up. */
  has(from: number, through = from): boolean {
    return this.#parts.some(({ first, last }) => through >= first && from <= last)
  }
}

/** Nothing was given up. */
export const nothingGivenUp = new GivenUp()
