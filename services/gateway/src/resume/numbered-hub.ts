import type { Clock, Timers } from '../seams.ts'
import { CatchUp } from './catch-up.ts'
import { spanEnd } from './digest.ts'
import type { DigestSource } from './digest.ts'
import type { FeedMemory } from '../feed/feed-memory.ts'
import type { OutcomeSpan } from '../feed/outcome-span.ts'
import type { Stage } from '../feed/stage.ts'
import { walk } from '../feed/walk.ts'
import type { KeyOf } from '../feed/walk.ts'
import { NumberedChannel } from './numbered-channel.ts'
import { Subscription } from './subscription.ts'
import type { Envelope, NumberedSubscriber } from './subscription.ts'

export interface NumberedHubOptions {
  readonly memory: FeedMemory
  readonly clock: Clock
  readonly timers: Timers
  readonly keyOf: KeyOf
}

export interface NumberedRequest {
  readonly subscriber: NumberedSubscriber
  readonly envelope: Envelope
  /** The last that the client was told, by whatever gateway; without, it begins with what comes. */
  readonly position?: number | undefined
}

const SECOND = 1_000_000
/** A client may be ahead of this gateway by what it was told by another one: not for longer than this (µs). */
const AHEAD_MAX = 4_000_000

/** Streams whose messages are numbered by the shard's own sequence, so that they go on where they were broken off. */
export class NumberedHub implements Stage {
  /** How those who wanted to resume fared. */
  readonly counters = { resumed: 0, tooOld: 0, unknown: 0 }
  readonly #options: NumberedHubOptions
  readonly #channels = new Map<string, NumberedChannel>()
  readonly #byKey = new Map<number, Set<NumberedChannel>>()
  /** Whose key is not known yet. */
  readonly #unfiled = new Set<NumberedChannel>()
  readonly #touched = new Set<NumberedChannel>()
  readonly #readers = new Map<Subscription, CatchUp>()
  #second = 0

  constructor(options: NumberedHubOptions) {
    this.#options = options
  }

  /** Subscribers, those included that are catching up. */
  get size(): number {
    let size = this.#readers.size
    for (const channel of this.#channels.values()) size += channel.size
    return size
  }

  /** `name` is the stream's; `source` makes it when nobody listens to it yet. Close it with `unsubscribe`. */
  subscribe(name: string, source: () => DigestSource, request: NumberedRequest): Subscription {
    const channel = this.#channel(name, source)
    const subscription = new Subscription(request.subscriber, request.envelope)
    this.#catchUp(channel, subscription, request.position)
    return subscription
  }

  unsubscribe(name: string, subscription: Subscription): void {
    subscription.isClosed = true
    this.#readers.delete(subscription)
    const channel = this.#channels.get(name)
    channel?.delete(subscription)
    if (channel) this.#drop(channel)
  }

  /** Every 100 ms; `now` in µs. */
  tick(now: number): void {
    const second = Math.floor(now / SECOND)
    const moment = { now, isTick: true, isNewSecond: second !== this.#second }
    this.#second = second
    const { last } = this.#options.memory
    this.#file()
    for (const channel of this.#channels.values()) {
      channel.publish(moment, last)
      if (moment.isNewSecond) this.#giveUp(channel, now, last)
    }
  }

  frame(span: OutcomeSpan): void {
    if (this.#channels.size === 0) return
    this.#file()
    const touched = this.#touched
    walk(span, this.#options.keyOf, (key) => this.#byKey.get(key), touched)
    const moment = spanEnd(this.#options.clock.now())
    for (const channel of touched) channel.publish(moment, span.last)
    touched.clear()
  }

  #catchUp(channel: NumberedChannel, subscription: Subscription, position: number | undefined): void {
    const reader = new CatchUp(channel, subscription, {
      ...this.#options,
      counters: this.counters,
      done: () => {
        if (this.#readers.get(subscription) !== reader) return
        this.#readers.delete(subscription)
        channel.add(subscription)
      },
    })
    this.#readers.set(subscription, reader)
    void reader.run(position)
  }

  /** Those who claim to know what this gateway has waited for in vain. */
  #giveUp(channel: NumberedChannel, now: number, last: number): void {
    for (const subscription of channel.subscriptions()) {
      if (subscription.position <= last || now - subscription.since <= AHEAD_MAX) continue
      channel.delete(subscription)
      this.#catchUp(channel, subscription, Number.POSITIVE_INFINITY)
    }
  }

  #file(): void {
    for (const channel of this.#unfiled) {
      const { key } = channel.source
      if (key === undefined) continue
      this.#unfiled.delete(channel)
      channel.open(key)
      const channels = this.#byKey.get(key)
      if (channels) channels.add(channel)
      else this.#byKey.set(key, new Set([channel]))
    }
  }

  #channel(name: string, source: () => DigestSource): NumberedChannel {
    let channel = this.#channels.get(name)
    if (!channel) {
      channel = new NumberedChannel(name, source())
      this.#channels.set(name, channel)
      this.#unfiled.add(channel)
      this.#file()
    }
    return channel
  }

  #drop(channel: NumberedChannel): void {
    if (channel.size > 0 || [...this.#readers.values()].some((reader) => reader.channel === channel)) return
    this.#channels.delete(channel.name)
    this.#unfiled.delete(channel)
    if (channel.key === undefined) return
    const channels = this.#byKey.get(channel.key)
    channels?.delete(channel)
    if (channels?.size === 0) this.#byKey.delete(channel.key)
  }

  restart(): void {
    const subscribers = new Set<NumberedSubscriber>()
    for (const channel of this.#channels.values()) {
      for (const { subscriber } of channel.subscriptions()) subscribers.add(subscriber)
    }
    for (const { subscriber, isStarted } of this.#readers.keys()) if (isStarted) subscribers.add(subscriber)
    for (const subscriber of subscribers) subscriber.restart()
  }
}
