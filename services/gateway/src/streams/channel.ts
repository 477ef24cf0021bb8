import type { EventKind } from '@uptick/core'
import type { Reader } from '../feed/walk.ts'
import type { Digest, DigestSource, Moment } from './digest.ts'
import { NumberedGroup } from './numbered-group.ts'
import { PlainGroup } from './plain-group.ts'

/**
 * One stream and all its subscribers, plain and numbered. Both get the same messages; numbered ones have numbers around
 * them.
 */
export class Channel implements Reader {
  readonly name: string
  readonly source: DigestSource
  readonly plain: PlainGroup
  readonly numbered: NumberedGroup
  /** The key under which the hub has filed it. */
  key: number | undefined
  /** The digest that serves both groups, where one is enough. */
  #shared: Digest | undefined

  constructor(name: string, source: DigestSource) {
    this.name = name
    this.source = source
    this.plain = new PlainGroup(name, source)
    this.numbered = new NumberedGroup(source)
  }

  get isEmpty(): boolean {
    return this.plain.size === 0 && this.numbered.isEmpty
  }

  /** Its key is known: events may come. */
  open(key: number): void {
    this.key = key
    if (this.source.traits.isMemoryless) {
      this.#shared = this.source.open((message) => {
        this.plain.tell(message)
        this.numbered.tell(message)
      })
    }
    this.plain.open()
    this.numbered.open(this.#shared)
  }

  event(kind: EventKind, words: Int32Array, at: number, sequence: number, time: number): void {
    this.#shared?.event(kind, words, at, sequence, time)
    this.plain.event(kind, words, at, sequence, time)
    this.numbered.event(kind, words, at, sequence, time)
  }

  outcomeEnds(sequence: number, time: number): void {
    this.#shared?.outcomeEnds(sequence, time)
    this.plain.outcomeEnds(sequence, time)
    this.numbered.outcomeEnds(sequence, time)
  }

  /** Send everything up to `last`, if it is due at this moment. */
  publish(moment: Moment, last: number): void {
    this.plain.publish(moment)
    this.numbered.publish(moment, last)
  }
}
