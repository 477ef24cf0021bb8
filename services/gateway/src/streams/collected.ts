import type { EventKind } from '@uptick/core'
import type { Reader } from '../feed/walk.ts'
import type { Digest, DigestSource, Moment, ResumedAt } from './digest.ts'
import type { Message } from './message.ts'

/** A digest whose messages are kept until they are taken. */
export class Collected implements Reader {
  #messages: Message[] = []
  readonly #digest: Digest

  constructor(source: DigestSource, resumed?: ResumedAt) {
    this.#digest = source.open((message) => this.#messages.push(message), resumed)
  }

  event(kind: EventKind, words: Int32Array, at: number, sequence: number, time: number): void {
    this.#digest.event(kind, words, at, sequence, time)
  }

  outcomeEnds(sequence: number, time: number): void {
    this.#digest.outcomeEnds(sequence, time)
  }

  isDue(moment: Moment): boolean {
    return this.#digest.isDue(moment)
  }

  /** The messages since the last call. */
  take(moment: Moment): readonly Message[] {
    this.#digest.flush(moment)
    const messages = this.#messages
    if (messages.length > 0) this.#messages = []
    return messages
  }
}
