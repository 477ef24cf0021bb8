import { outcomeTime } from '@uptick/core'
import type { Clock, Timers } from '@uptick/runtime'
import { Collected } from './collected.ts'
import { type DigestSource, frameEnd } from './digest.ts'
import { type FeedMemory, PastLostError } from '../feed/feed-memory.ts'
import { spanAfter } from '../feed/outcome-span.ts'
import { Page } from './message.ts'
import type { NumberedSubscription } from './subscription.ts'
import { type KeyOf, walk } from '../feed/walk.ts'

export interface CatchUpOptions {
  readonly memory: FeedMemory
  readonly clock: Clock
  readonly timers: Timers
  readonly keyOf: KeyOf
  readonly counters: { resumed: number; tooOld: number; unknown: number }
  /** The subscriber got everything and follows the stream from here on. */
  readonly done: () => void
}

/** Words that are read in one turn of the event loop. */
const TURN_WORDS = 1 << 19
const PAUSE_MS = 10
/** Reads of the past, and attempts at a snapshot, before the client is told to reconnect. */
const READS_MAX = 3
const SNAPSHOTS_MAX = 40
const SNAPSHOT_PAUSE_MS = 100

/**
 * Brings one subscriber from its position to the present position of its stream. It sends what the subscriber missed,
 * read from memory or from an engine, in pieces and as fast as the client reads. A snapshot replaces what is no longer
 * available.
 */
export class CatchUp {
  readonly #source: DigestSource
  readonly #subscription: NumberedSubscription
  readonly #options: CatchUpOptions
  #digest: Collected | undefined
  #words = 0

  constructor(source: DigestSource, subscription: NumberedSubscription, options: CatchUpOptions) {
    this.#source = source
    this.#subscription = subscription
    this.#options = options
  }

  /**
   * Never rejects. `position`: the last that was sent; `undefined` for a new subscriber, beyond all for an unknown one.
   */
  async run(position: number | undefined): Promise<void> {
    try {
      await this.#go(position)
    } catch {
      // No engine returns the past now. The client keeps its position, so nothing is lost.
      if (!this.#subscription.isClosed) this.#subscription.subscriber.restart()
    }
  }

  async #go(position: number | undefined): Promise<void> {
    const { counters, memory } = this.#options
    const source = this.#source
    while (memory.last < 0) if (!(await this.#pause(PAUSE_MS))) return
    if (position === undefined) return this.#begin(memory.last)
    if (position === Number.POSITIVE_INFINITY) {
      counters.unknown++
      return this.#replace('resume-unknown')
    }
    this.#subscription.position = position
    if (!source.traits.readsPast) {
      counters.resumed++
      if (source.key !== undefined) this.#digest = new Collected(source, { position, time: 0 })
      return this.#join()
    }
    try {
      if (await this.#read(position)) counters.resumed++
      return
    } catch (error) {
      if (!(error instanceof PastLostError)) throw error
    }
    counters.tooOld++
    await this.#replace('resume-too-old')
  }

  #begin(position: number): void {
    const source = this.#source
    this.#subscription.position = position
    if (source.key !== undefined) this.#digest = new Collected(source)
    // A state comes first: who left with a position before it would not be told it when it resumes there.
    if (source.traits.readsPast) this.#subscription.tell(position, new Page([]), this.#options.clock.now())
    this.#join()
  }

  /**
   * Read everything after `position`, send it as it comes, and follow. False when the subscription closed meanwhile.
   */
  async #read(position: number): Promise<boolean> {
    const { memory } = this.#options
    const subscription = this.#subscription
    await this.#open(position)
    for (let at = position, reads = 0; at < memory.last;) {
      const span = memory.find(at + 1)
      if (!span) {
        if (reads++ === READS_MAX) throw new Error('the past does not come')
        await memory.read(at + 1)
        if (subscription.isClosed) return false
        continue
      }
      this.#take(spanAfter(span, at))
      at = span.last
      if (this.#words < TURN_WORDS && !subscription.subscriber.isCongested) continue
      this.#words = 0
      do if (!(await this.#pause(subscription.subscriber.isCongested ? PAUSE_MS : 0))) return false
      while (subscription.subscriber.isCongested)
    }
    // A stream with a timer sends what was read at the next tick.
    if (!subscription.isStarted && this.#isTold) this.#tell(memory.last, new Page([]))
    this.#join()
    return true
  }

  /** Open a digest that continues after `position`. Where it needs the time of that position, the outcome is read. */
  async #open(position: number): Promise<void> {
    const { memory } = this.#options
    const source = this.#source
    if (source.key === undefined) return
    if (!source.traits.needsTime || position === 0) {
      this.#digest = new Collected(source, { position, time: 0 })
      return
    }
    const known = Math.min(position, memory.last)
    if (!memory.find(known)) await memory.read(known)
    const span = memory.find(known)
    const part = span && spanAfter(span, known - 1)
    this.#digest = new Collected(source, { position, time: part ? outcomeTime(part.words, part.from) : 0 })
  }

  #take(span: ReturnType<typeof spanAfter>): void {
    const { clock, keyOf } = this.#options
    this.#words += span.to - span.from
    const { key } = this.#source
    const digest = this.#digest
    if (!digest || key === undefined) return
    walk(span, keyOf, (one) => (one === key ? [digest] : undefined), new Set<Collected>())
    const moment = frameEnd(clock.now())
    if (!digest.isDue(moment)) return
    const messages = digest.take(moment)
    if (messages.length > 0) this.#tell(span.last, new Page(messages))
  }

  /** Whether everything that was read was sent. */
  get #isTold(): boolean {
    return this.#digest?.isDue(frameEnd(this.#options.clock.now())) !== false
  }

  #tell(last: number, page: Page): void {
    // Another gateway may have sent it more than has arrived here.
    if (last >= this.#subscription.position) this.#subscription.tell(last, page, this.#options.clock.now())
  }

  /** Send a snapshot in place of what is missing, then what came after it. */
  async #replace(error: string): Promise<void> {
    const { clock } = this.#options
    const subscription = this.#subscription
    for (let attempt = 0; attempt < SNAPSHOTS_MAX; attempt++) {
      const snapshot = await this.#source.snapshot()
      if (subscription.isClosed) return
      if (snapshot) {
        const { last, render } = snapshot
        const text = render(subscription.subscriber.timeUnit)
        const numbers = `"first":${last + 1},"last":${last}`
        subscription.subscriber.deliver(
          `${subscription.envelope.head},"error":"${error}",${numbers},"snapshot":${text}}`,
        )
        subscription.position = last
        subscription.toldAt = clock.now()
        subscription.isStarted = true
        await this.#read(last)
        return
      }
      if (!(await this.#pause(SNAPSHOT_PAUSE_MS))) return
    }
    throw new Error('there is no snapshot')
  }

  /** Join the stream in the same turn in which the last outcome was read, so that no outcome comes between. */
  #join(): void {
    const subscription = this.#subscription
    subscription.own = this.#digest
    subscription.since = this.#options.clock.now()
    this.#options.done()
  }

  async #pause(ms: number): Promise<boolean> {
    const { timers } = this.#options
    await new Promise<void>((resolve) => void timers.after(ms, resolve))
    return !this.#subscription.isClosed
  }
}
