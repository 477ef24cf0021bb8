/** What a message of a numbered stream says of itself. */
export interface Numbered {
  /** The sequences that it covers. */
  readonly first: number
  readonly last: number
  /** What is missing is gone: a snapshot takes its place. */
  readonly error?: string
}

/** One numbered stream that resumes, on any connection, after the last message that its client was told. */
export class ResumedStream {
  readonly name: string
  /** Everything up to it has been told; undefined before there was anything. */
  position: number | undefined
  /** By connection: the position that it went on after, then its own. */
  readonly #legs = new Map<number, number | undefined>()

  constructor(name: string) {
    this.name = name
  }

  /** A connection asks for what comes after the position of now. */
  connect(leg: number): void {
    this.#legs.set(leg, this.position)
  }

  /** @returns what is wrong with the message; undefined when it follows on the one before */
  take(leg: number, { first, last, error }: Numbered): string | undefined {
    const before = this.#legs.get(leg)
    this.#legs.set(leg, last)
    this.position = Math.max(this.position ?? 0, last)
    if (error !== undefined) return `${this.name}: ${error} after ${before ?? 'nothing'}`
    if (before !== undefined && first !== before + 1) return `${this.name}: a message from ${first} after ${before}`
    return last < first - 1 ? `${this.name}: a message from ${first} to ${last}` : undefined
  }

  lost(leg: number): void {
    this.#legs.delete(leg)
  }
}
