import type { Clock, Timers } from '@uptick/runtime'
import type { FeedMemory } from '../feed/feed-memory.ts'
import type { OutcomeSpan } from '../feed/outcome-span.ts'
import type { Stage } from '../feed/stage.ts'
import { type KeyOf, walk } from '../feed/walk.ts'
import { CatchUp } from './catch-up.ts'
import { Channel } from './channel.ts'
import { type DigestSource, frameEnd } from './digest.ts'
import type { Envelope } from './message.ts'
import { NumberedSubscription, type PlainSubscription, type Subscriber } from './subscription.ts'

export interface StreamHubOptions {
  readonly memory: FeedMemory
  readonly clock: Clock
  readonly timers: Timers
  readonly keyOf: KeyOf
}

export interface NumberedRequest {
  readonly subscriber: Subscriber
  readonly envelope: Envelope
  /**
   * The last sequence that the client got, from whichever gateway; without it the stream starts with the next message.
   */
  readonly position?: number | undefined
}

const SECOND = 1_000_000
/** How long a client may be ahead of this gateway, because another one sent it more (µs). */
const AHEAD_MAX = 4_000_000

/**
 * The streams of one kind of key – accounts or markets – and all their subscribers. A subscriber follows plainly, as on
 * Binance, or numbered by the shard's sequence, so that it can continue after a break.
 */
export class StreamHub implements Stage {
  /** How attempts to resume ended. */
  readonly counters = { resumed: 0, tooOld: 0, unknown: 0 }
  readonly #options: StreamHubOptions
  readonly #channels = new Map<string, Channel>()
  /** The streams of each key in the order in which they send. */
  readonly #byKey = new Map<number, Channel[]>()
  /** Streams whose key is not known yet. */
  readonly #unfiled = new Set<Channel>()
  readonly #touched = new Set<Channel>()
  readonly #readers = new Map<NumberedSubscription, CatchUp>()
  #second = 0

  constructor(options: StreamHubOptions) {
    this.#options = options
  }

  /** Numbered subscribers, including those that are catching up. */
  get numberedSize(): number {
    let size = this.#readers.size
    for (const { numbered } of this.#channels.values()) size += numbered.size
    return size
  }

  /** Streams with subscribers. */
  get size(): number {
    return this.#channels.size
  }

  /** Follow a stream plainly. `source` makes it for the first subscriber. Returns a function that ends it. */
  follow(name: string, source: () => DigestSource, subscription: PlainSubscription): () => void {
    const channel = this.#channel(name, source)
    channel.plain.add(subscription)
    return () => {
      channel.plain.delete(subscription)
      this.#drop(channel)
    }
  }

  /** Follow a stream numbered, from a position on. `source` as for `follow`. Returns a function that ends it. */
  resume(name: string, source: () => DigestSource, { subscriber, envelope, position }: NumberedRequest): () => void {
    const channel = this.#channel(name, source)
    const subscription = new NumberedSubscription(subscriber, envelope)
    this.#catchUp(channel, subscription, position)
    return () => {
      subscription.isClosed = true
      if (this.#readers.delete(subscription)) channel.numbered.awaitNoLonger()
      channel.numbered.delete(subscription)
      this.#drop(channel)
    }
  }

  frame(span: OutcomeSpan): void {
    if (this.#channels.size === 0) return
    this.#file()
    const touched = this.#touched
    walk(span, this.#options.keyOf, (key) => this.#byKey.get(key), touched)
    const moment = frameEnd(this.#options.clock.now())
    for (const channel of touched) channel.publish(moment, span.last)
    touched.clear()
  }

  /** Every 100 ms; `now` in µs. */
  tick(now: number): void {
    const second = Math.floor(now / SECOND)
    const moment = { now, isTick: true, isNewSecond: second !== this.#second }
    this.#second = second
    const { last } = this.#options.memory
    this.#file()
    for (const channels of this.#byKey.values()) for (const channel of channels) channel.publish(moment, last)
    if (!moment.isNewSecond) return
    for (const channel of this.#unfiled) channel.publish(moment, last)
    for (const channel of this.#channels.values()) this.#giveUp(channel, now, last)
  }

  /** The feed has a gap: subscribers that need every outcome must start again. */
  restart(): void {
    const subscribers = new Set<Subscriber>()
    for (const { numbered } of this.#channels.values()) {
      for (const { subscriber } of numbered.subscriptions()) subscribers.add(subscriber)
    }
    for (const { subscriber, isStarted } of this.#readers.keys()) if (isStarted) subscribers.add(subscriber)
    for (const subscriber of subscribers) subscriber.restart()
  }

  /** The same for plain subscribers of the chosen streams. */
  restartPlain(isChosen: (channel: Channel) => boolean): void {
    const subscribers = new Set<Subscriber>()
    for (const channel of this.#channels.values()) {
      if (!isChosen(channel)) continue
      for (const subscriber of channel.plain.interrupt()) subscribers.add(subscriber)
    }
    for (const subscriber of subscribers) subscriber.restart()
  }

  #catchUp(channel: Channel, subscription: NumberedSubscription, position: number | undefined): void {
    const reader = new CatchUp(channel.source, subscription, {
      ...this.#options,
      counters: this.counters,
      done: () => {
        if (this.#readers.get(subscription) !== reader) return
        this.#readers.delete(subscription)
        channel.numbered.add(subscription)
        channel.numbered.awaitNoLonger()
      },
    })
    this.#readers.set(subscription, reader)
    channel.numbered.await()
    void reader.run(position)
  }

  /** Restart the clients whose position this gateway has not reached in time. */
  #giveUp(channel: Channel, now: number, last: number): void {
    const { numbered } = channel
    for (const subscription of numbered.subscriptions()) {
      if (subscription.position <= last || now - subscription.since <= AHEAD_MAX) continue
      this.#catchUp(channel, subscription, Number.POSITIVE_INFINITY)
      numbered.delete(subscription)
    }
  }

  #file(): void {
    for (const channel of this.#unfiled) {
      const { key } = channel.source
      if (key === undefined) continue
      this.#unfiled.delete(channel)
      channel.open(key)
      const channels = this.#byKey.get(key)
      if (channels) insert(channels, channel)
      else this.#byKey.set(key, [channel])
    }
  }

  #channel(name: string, source: () => DigestSource): Channel {
    let channel = this.#channels.get(name)
    if (!channel) {
      channel = new Channel(name, source())
      this.#channels.set(name, channel)
      this.#unfiled.add(channel)
      this.#file()
    }
    return channel
  }

  #drop(channel: Channel): void {
    if (!channel.isEmpty || this.#channels.get(channel.name) !== channel) return
    this.#channels.delete(channel.name)
    this.#unfiled.delete(channel)
    if (channel.key === undefined) return
    const channels = this.#byKey.get(channel.key)?.filter((other) => other !== channel) ?? []
    if (channels.length > 0) this.#byKey.set(channel.key, channels)
    else this.#byKey.delete(channel.key)
  }
}

/** Insert after all streams that send earlier or in the same place. */
function insert(channels: Channel[], channel: Channel): void {
  const { order } = channel.source.traits
  const at = channels.findIndex(({ source }) => source.traits.order > order)
  channels.splice(at < 0 ? channels.length : at, 0, channel)
}
