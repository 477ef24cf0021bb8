import type { EventKind } from '@uptick/core'
import type { Reader } from '../feed/walk.ts'
import type { Digest, DigestSource, Moment } from './digest.ts'
import { type Message, Page } from './message.ts'
import type { NumberedSubscription } from './subscription.ts'

/** A subscriber to whom nothing happens is told so this often (µs), so that it can resume from a time not long ago. */
const PROGRESS_AFTER = 10_000_000

/** All who follow one stream by its numbers. What is told is made once for all who have been told the same. */
export class NumberedGroup implements Reader {
  readonly #source: DigestSource
  readonly #subscriptions = new Set<NumberedSubscription>()
  /** Those whose messages are still made for them alone. */
  readonly #newcomers = new Set<NumberedSubscription>()
  /** Tells the plain group along with this one, and is given events by the channel. */
  #shared: Digest | undefined
  /** Its own, where none is shared. */
  #digest: Digest | undefined
  /** What was told since the last page. */
  #messages: Message[] = []
  #isOpen = false
  /** Subscribers who are still catching up. */
  #awaited = 0

  constructor(source: DigestSource) {
    this.#source = source
  }

  get isEmpty(): boolean {
    return this.#subscriptions.size === 0 && this.#awaited === 0
  }

  get size(): number {
    return this.#subscriptions.size
  }

  subscriptions(): Iterable<NumberedSubscription> {
    return this.#subscriptions
  }

  /** The stream's key is known. `shared`: see there. */
  open(shared: Digest | undefined): void {
    this.#isOpen = true
    this.#shared = shared
    this.#begin()
  }

  /** A subscriber begins to catch up. */
  await(): void {
    this.#awaited++
    this.#begin()
  }

  /** A subscriber is there now, or has left on the way. */
  awaitNoLonger(): void {
    this.#awaited--
    this.#endIfEmpty()
  }

  add(subscription: NumberedSubscription): void {
    this.#subscriptions.add(subscription)
    if (subscription.own) this.#newcomers.add(subscription)
  }

  delete(subscription: NumberedSubscription): void {
    this.#subscriptions.delete(subscription)
    this.#newcomers.delete(subscription)
    this.#endIfEmpty()
  }

  /** One message of those that the next page holds. */
  tell(message: Message): void {
    if (!this.isEmpty) this.#messages.push(message)
  }

  event(kind: EventKind, words: Int32Array, at: number, sequence: number, time: number): void {
    this.#digest?.event(kind, words, at, sequence, time)
    for (const { own, position } of this.#newcomers) {
      if (sequence > position) own?.event(kind, words, at, sequence, time)
    }
  }

  outcomeEnds(sequence: number, time: number): void {
    this.#digest?.outcomeEnds(sequence, time)
    for (const { own, position } of this.#newcomers) {
      if (sequence > position) own?.outcomeEnds(sequence, time)
    }
  }

  /** Tell what there is to tell of everything up to `last`, if it is time for that. */
  publish(moment: Moment, last: number): void {
    if (this.isEmpty) return
    const digest = this.#shared ?? this.#digest
    if (digest?.isDue(moment) !== true) {
      if (!digest && moment.isNewSecond) this.#report(moment.now, last)
      return
    }
    digest.flush(moment)
    const page = new Page(this.#take())
    for (const subscription of this.#subscriptions) {
      // It was told more by another gateway: this one must catch up with it first.
      if (subscription.position > last) continue
      if (subscription.own) this.#tellNewcomer(subscription, subscription.own.take(moment), moment.now, last)
      else if (!page.isEmpty) subscription.tell(last, page, moment.now)
    }
    if (page.isEmpty && moment.isNewSecond) this.#report(moment.now, last)
  }

  /** From here on it is told what all others are. */
  #tellNewcomer(subscription: NumberedSubscription, messages: readonly Message[], now: number, last: number): void {
    subscription.own = undefined
    this.#newcomers.delete(subscription)
    if (messages.length > 0 || !subscription.isStarted) subscription.tell(last, new Page(messages), now)
  }

  /** Nothing has happened: say so to those who have heard nothing for a while. */
  #report(now: number, last: number): void {
    const page = new Page([])
    for (const subscription of this.#subscriptions) {
      const { isStarted, own, position, toldAt } = subscription
      if (!own && isStarted && position < last && now - toldAt >= PROGRESS_AFTER) subscription.tell(last, page, now)
    }
  }

  #take(): readonly Message[] {
    const messages = this.#messages
    if (messages.length > 0) this.#messages = []
    return messages
  }

  #begin(): void {
    if (!this.#isOpen || this.#shared || this.isEmpty) return
    this.#digest ??= this.#source.open((message) => this.#messages.push(message))
  }

  #endIfEmpty(): void {
    if (!this.isEmpty) return
    this.#messages = []
    this.#digest = undefined
  }
}
