/** The numbers of a message of a numbered stream. */
export interface Numbered {
  /** The sequences that it covers. */
  readonly first: number
  readonly last: number
  /** The missing part is gone: a snapshot replaces it. */
  readonly error?: string
}

/** One numbered stream that resumes, on any connection, after its client's last message. */
export class ResumedStream {
  readonly name: string
  /** Everything up to it was received; undefined before the first message. */
  position: number | undefined
  /** By connection: the position after which it continued, then its own position. */
  readonly #legs = new Map<number, number | undefined>()

  constructor(name: string) {
    this.name = name
  }

  /** A connection asks for everything after the present position. */
  connect(leg: number): void {
    this.#legs.set(leg, this.position)
  }

  /** @returns the violation; undefined when the message follows on the one before */
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
