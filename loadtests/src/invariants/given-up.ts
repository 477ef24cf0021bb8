/**
 * Parts of a journal that it had lost and an operator has given up: what was told of them is void. Another history has taken
 * the same sequences since.
 */
export class GivenUp {
  readonly #parts: { readonly first: number; readonly last: number }[] = []

  get count(): number {
    return this.#parts.length
  }

  add(first: number, last: number): void {
    this.#parts.push({ first, last })
  }

  /** Whether anything of `from` … `through` is. */
  has(from: number, through = from): boolean {
    return this.#parts.some(({ first, last }) => through >= first && from <= last)
  }
}

/** Nothing was given up. */
export const nothingGivenUp = new GivenUp()
