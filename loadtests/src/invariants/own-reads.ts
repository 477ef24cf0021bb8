import { OrderStatus, type Exchange } from '@uptick/core'
import { GivenUp } from './given-up.ts'

/** A query about what a client wrote, and its answer. */
export interface OwnRead {
  readonly question: Readonly<Record<string, unknown>>
  /** The latest sequence that a client had been told of when the query was sent. */
  readonly known: number
  /** The sequence whose state the answer shows. */
  readonly sequence: number
  readonly value: unknown
}

/** The state's answer to a query, as JSON would carry it. */
export type Answering = (exchange: Exchange, question: Readonly<Record<string, unknown>>) => unknown

const OPEN: ReadonlySet<unknown> = new Set([OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED])

/**
 * I10: the answer to a query shows a state that contains everything that any client was told before, and that equals
 * the journal's at its sequence. So no leader answers from a state that another leader has continued from.
 */
export class OwnReads {
  readonly violations: string[] = []
  readonly #bySequence = new Map<number, OwnRead[]>()
  readonly #givenUp: GivenUp
  /** Last sequence that a client was told of. */
  #latest = 0
  #count = 0

  constructor(givenUp: GivenUp = new GivenUp()) {
    this.#givenUp = givenUp
  }

  get count(): number {
    return this.#count
  }

  get latest(): number {
    return this.#latest
  }

  /** A client was told of `sequence`. */
  told(sequence: number): void {
    if (!this.#givenUp.has(sequence)) this.#latest = Math.max(this.#latest, sequence)
  }

  /** Everything after `sequence` was given up. */
  goneOnAfter(sequence: number): void {
    this.#latest = Math.min(this.#latest, sequence)
  }

  answered(read: OwnRead): void {
    const { known, sequence, question } = read
    this.#count++
    this.told(sequence)
    if (sequence < known && !this.#givenUp.has(known))
      this.violations.push(`I10: ${JSON.stringify(question)} showed ${sequence} when ${known} was told already`)
    const others = this.#bySequence.get(sequence)
    if (others) others.push(read)
    else this.#bySequence.set(sequence, [read])
  }

  /** The replay is at `sequence`: compare the answers that showed it. */
  replayed(sequence: number, exchange: Exchange, answer: Answering): void {
    const reads = this.#givenUp.has(sequence) ? [] : (this.#bySequence.get(sequence) ?? [])
    for (const { question, value } of reads) {
      const expected = answer(exchange, question)
      // Closed orders are not part of the state: they can be queried for a while.
      const isClosed = question['kind'] === 'order' && expected === null && !isOpen(value)
      if (!isClosed && JSON.stringify(value) !== JSON.stringify(expected))
        this.violations.push(`I10: ${JSON.stringify(question)} at ${sequence} showed ${JSON.stringify(value)}`)
    }
    this.#bySequence.delete(sequence)
  }

  /** Answers that showed sequences which the journal does not have. */
  check(): string[] {
    const beyond = [...this.#bySequence.keys()].filter((sequence) => sequence > 0 && !this.#givenUp.has(sequence))
    return [
      ...this.violations,
      ...beyond.map((sequence) => `I10: ${sequence} was shown, the journal has no such state`),
    ]
  }
}

function isOpen(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'status' in value && OPEN.has(value.status)
}
