import type { EventKind } from '@uptick/core'
import type { Reader } from '../feed/walk.ts'
import type { Digest, DigestSource, Moment } from './digest.ts'
import { combinedOf, type Message, type Wrapping } from './message.ts'
import type { PlainSubscription, Subscriber } from './subscription.ts'

/** All plain subscribers of one stream, as on Binance: every message is sent at once, and to all the same. */
export class PlainGroup implements Reader {
  readonly #source: DigestSource
  readonly #combined: Wrapping
  readonly #subscriptions = new Set<PlainSubscription>()
  readonly #tell = (message: Message): void => this.tell(message)
  #digest: Digest | undefined
  #isOpen = false
  /** A subscriber joined since the last tick. */
  #isFresh = false

  constructor(name: string, source: DigestSource) {
    this.#source = source
    this.#combined = combinedOf(name)
  }

  get size(): number {
    return this.#subscriptions.size
  }

  /** The stream's key is known. */
  open(): void {
    this.#isOpen = true
    this.#begin()
  }

  add(subscription: PlainSubscription): void {
    this.#subscriptions.add(subscription)
    this.#isFresh = true
    this.#begin()
    this.#digest?.renew()
  }

  delete(subscription: PlainSubscription): void {
    this.#subscriptions.delete(subscription)
    if (this.#subscriptions.size === 0) this.#digest = undefined
  }

  tell(message: Message): void {
    for (const subscription of this.#subscriptions) subscription.tell(message, this.#combined)
  }

  event(kind: EventKind, words: Int32Array, at: number, sequence: number, time: number): void {
    this.#digest?.event(kind, words, at, sequence, time)
  }

  outcomeEnds(sequence: number, time: number): void {
    this.#digest?.outcomeEnds(sequence, time)
  }

  publish(moment: Moment): void {
    const isFresh = this.#isFresh
    if (moment.isTick) this.#isFresh = false
    if (moment.isTick && !isFresh && this.#source.traits.followsFrames) return
    if (this.#digest?.isDue(moment) === true) this.#digest.flush(moment)
  }

  /** The stream cannot be continued. Returns the subscribers that must start again. */
  interrupt(): Subscriber[] {
    if (this.#digest) this.#digest = this.#source.open(this.#tell)
    return [...this.#subscriptions].map(({ subscriber }) => subscriber)
  }

  #begin(): void {
    if (!this.#isOpen || this.#source.traits.isMemoryless || this.#subscriptions.size === 0) return
    this.#digest ??= this.#source.open(this.#tell)
  }
}
