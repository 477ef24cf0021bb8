import type { EventKind } from '@uptick/core'
import type { Reader } from '../feed/walk.ts'
import type { Digest, DigestSource, Moment } from './digest.ts'
import { type Message, Page } from './message.ts'
import type { NumberedSubscription } from './subscription.ts'

/** A subscriber without messages is told its position this often (µs), so that it can resume from a recent one. */
const PROGRESS_AFTER = 10_000_000

/** All numbered subscribers of one stream. A message is made once for all who have the same position. */
export class NumberedGroup implements Reader {
  readonly #source: DigestSource
  readonly #subscriptions = new Set<NumberedSubscription>()
  /** Subscribers whose messages are still made for each of them alone. */
  readonly #newcomers = new Set<NumberedSubscription>()
  /** The digest that serves the plain group too; the channel gives it its events. */
  #shared: Digest | undefined
  /** Its own digest, where none is shared. */
  #digest: Digest | undefined
  /** Messages since the last page. */
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

  /** The stream's key is known. `shared`: see the field. */
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

  /** A subscriber has caught up, or has left before. */
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

  /** Add a message to the next page. */
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

  /** Send everything up to `last`, if it is due at this moment. */
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
      // Another gateway sent it more: this gateway must catch up first.
      if (subscription.position > last) continue
      if (subscription.own) this.#tellNewcomer(subscription, subscription.own.take(moment), moment.now, last)
      else if (!page.isEmpty) subscription.tell(last, page, moment.now)
    }
    if (page.isEmpty && moment.isNewSecond) this.#report(moment.now, last)
  }

  /** From here on the subscriber gets the same messages as all others. */
  #tellNewcomer(subscription: NumberedSubscription, messages: readonly Message[], now: number, last: number): void {
    subscription.own = undefined
    this.#newcomers.delete(subscription)
    if (messages.length > 0 || !subscription.isStarted) subscription.tell(last, new Page(messages), now)
  }

  /** Nothing happened: tell subscribers without a recent message how far they are. */
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
