import type { EventKind } from '@uptick/core'
import type { Digest, DigestSource, Moment } from './digest.ts'
import { Page } from './subscription.ts'
import type { Subscription } from './subscription.ts'
import type { Reader } from '../feed/walk.ts'

/** A subscriber to whom nothing happens is told so this often (µs), so that it can resume from a time not long ago. */
const PROGRESS_AFTER = 10_000_000

/** One numbered stream and everybody who follows it. What is told is made once for all who have been told the same. */
export class NumberedChannel implements Reader {
  readonly source: DigestSource
  readonly name: string
  /** Where the hub has filed it. */
  key: number | undefined
  readonly #subscriptions = new Set<Subscription>()
  #shared: Digest | undefined

  constructor(name: string, source: DigestSource) {
    this.name = name
    this.source = source
  }

  get size(): number {
    return this.#subscriptions.size
  }

  subscriptions(): Iterable<Subscription> {
    return this.#subscriptions
  }

  /** Its key is known: events may come. */
  open(key: number): void {
    this.key = key
    this.#shared = this.source.open()
  }

  add(subscription: Subscription): void {
    this.#subscriptions.add(subscription)
  }

  delete(subscription: Subscription): void {
    this.#subscriptions.delete(subscription)
  }

  event(kind: EventKind, words: Int32Array, at: number, sequence: number, time: number): void {
    this.#shared?.event(kind, words, at, sequence, time)
    for (const { own, position } of this.#subscriptions) {
      if (own && sequence > position) own.event(kind, words, at, sequence, time)
    }
  }

  outcomeEnds(sequence: number, time: number): void {
    this.#shared?.outcomeEnds(sequence, time)
    for (const { own, position } of this.#subscriptions) {
      if (own && sequence > position) own.outcomeEnds(sequence, time)
    }
  }

  /** Tell what there is to tell of everything up to `last`, if it is time for that. */
  publish(moment: Moment, last: number): void {
    if (this.#shared?.isDue(moment) !== true) {
      if (!this.#shared && moment.isNewSecond) this.#report(moment.now, last)
      return
    }
    const page = new Page(this.#shared.flush(moment))
    for (const subscription of this.#subscriptions) {
      // It was told more by another gateway: this one must catch up with it first.
      if (subscription.position > last) continue
      const { own } = subscription
      if (own) {
        const lines = own.flush(moment)
        subscription.own = undefined
        if (lines.length > 0 || !subscription.isStarted) subscription.tell(last, new Page(lines), moment.now)
      } else if (!page.isEmpty) subscription.tell(last, page, moment.now)
    }
    if (page.isEmpty && moment.isNewSecond) this.#report(moment.now, last)
  }

  /** Nothing has happened: say so to those who have heard nothing for a while. */
  #report(now: number, last: number): void {
    const page = new Page([])
    for (const subscription of this.#subscriptions) {
      const { isStarted, own, position, toldAt } = subscription
      if (!own && isStarted && position < last && now - toldAt >= PROGRESS_AFTER) subscription.tell(last, page, now)
    }
  }
}
