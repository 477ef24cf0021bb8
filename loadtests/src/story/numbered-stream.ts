/** The numbers of a message: `first` … `last`. They increase from message to message. */
interface Range {
  readonly first: number
  readonly last: number
}

/** A gap in a stream, and when it was seen, by the clock of the stream. */
export interface Gap {
  readonly at: number
  readonly text: string
}

/** One numbered stream, which may arrive over two connections at a time. */
export class NumberedStream<Leg extends object> {
  readonly name: string
  readonly gaps: Gap[] = []
  last = 0
  /** Messages that a connection brought ahead of the others. */
  readonly #ahead = new Map<Leg, Range[]>()
  readonly #now: () => number

  /** @param now the clock, ms */
  constructor(name: string, now: () => number) {
    this.name = name
    this.#now = now
  }

  received(leg: Leg, range: Range, others: boolean): void {
    const ahead = this.#ahead.get(leg) ?? []
    ahead.push(range)
    this.#ahead.set(leg, ahead)
    this.#join(!others)
  }

  /** A connection ended. When it was the last one, no other can fill a gap now. */
  lost(leg: Leg): void {
    const ahead = this.#ahead.get(leg) ?? []
    this.#ahead.delete(leg)
    for (const range of ahead) if (range.last > this.last) this.#take(range)
    if (this.#ahead.size === 1) this.#join(true)
  }

  /** Append the messages that follow; `isAlone`: no other connection will fill a gap. */
  #join(isAlone: boolean): void {
    for (let moved = true; moved;) {
      moved = false
      for (const ahead of this.#ahead.values()) {
        const follows = (range: Range): boolean => isAlone || this.last === 0 || range.first <= this.last + 1
        for (let next = ahead[0]; next !== undefined && follows(next); next = ahead[0]) {
          this.#take(next)
          ahead.shift()
          moved = true
        }
      }
    }
  }

  #take({ first, last }: Range): void {
    if (this.last !== 0 && first > this.last + 1)
      this.gaps.push({ at: this.#now(), text: `${this.name} ${this.last + 1} … ${first - 1} are missing` })
    this.last = Math.max(this.last, last)
  }
}
