import type { Journal, StoredBatch } from '@uptick/journal'
import { BatchReader } from '@uptick/protocol'
import type { Clock, Timers } from '@uptick/runtime'
import { AHEAD_BYTES_MAX } from './limits.ts'
import type { Replica } from './replica.ts'

/** A long backlog lets the event loop run this often, ms. */
const SLICE_MS = 20

export interface FollowerOptions {
  readonly journal: Pick<Journal, 'tail'>
  readonly replica: Replica
  readonly clock: Clock
  readonly timers: Timers
  readonly events: {
    /** The state cannot follow any further; no other call comes after it. */
    failed(error: unknown, batch: StoredBatch | undefined): void
    /** The journal cannot be read; undefined when it can be read again. */
    trouble(error: unknown): void
  }
}

/**
 * Keeps a replica at the end of the journal, from two sources with the same batches: the leader's feed, which has each
 * right after its commit, and the journal itself. Modes: *tailing* (reads the journal; what the feed brings beyond a
 * gap waits, bounded) → *fed* (the feed went on exactly where the state was: the journal is left alone) → *tailing*
 * again when the feed is lost or leaves a gap.
 */
export class Follower {
  readonly #options: FollowerOptions
  readonly #reader = new BatchReader()
  readonly #stopped = new AbortController()
  #tailing: AbortController | undefined
  #fed = false
  #wakeTail: (() => void) | undefined
  /** Consecutive batches from the feed that come after a gap. */
  #ahead: StoredBatch[] = []
  #aheadBytes = 0
  #running: Promise<void> = Promise.resolve()

  constructor(options: FollowerOptions) {
    this.#options = options
  }

  get sequence(): number {
    return this.#options.replica.exchange.sequence
  }

  /** Whether the leader's feed alone keeps the state at the end. */
  get isFed(): boolean {
    return this.#fed
  }

  start(): void {
    this.#running = this.#follow()
  }

  /** Apply nothing any more. Resolves when the journal is not being read any more. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#wakeTail?.()
    await this.#running
  }

  /** Committed batches from the leader's feed. Throws for payloads that are no batches. */
  offer(payloads: readonly Buffer[]): void {
    for (const payload of payloads) {
      if (this.#stopped.signal.aborted) return
      const { epoch, firstSequence: first, lastSequence: last } = this.#reader.open(payload)
      const batch: StoredBatch = { epoch, first, last, payload }
      if (first <= this.sequence + 1) this.#fromFeed(batch)
      else this.#keepAhead(batch)
    }
  }

  /** The leader's feed is gone. */
  feedLost(): void {
    this.#ahead = []
    this.#aheadBytes = 0
    this.#fed = false
    this.#wakeTail?.()
  }

  #fromFeed(batch: StoredBatch): void {
    this.#take(batch)
    if (this.#fed || this.#stopped.signal.aborted) return
    this.#fed = true
    this.#tailing?.abort()
  }

  #keepAhead(batch: StoredBatch): void {
    const end = this.#ahead.at(-1)
    if ((end && end.last + 1 !== batch.first) || this.#aheadBytes > AHEAD_BYTES_MAX) {
      this.#ahead = []
      this.#aheadBytes = 0
    }
    this.#ahead.push(batch)
    this.#aheadBytes += batch.payload.byteLength
    if (!this.#fed) return
    this.#fed = false
    this.#wakeTail?.()
  }

  #take(batch: StoredBatch): void {
    try {
      this.#options.replica.apply(batch)
    } catch (error) {
      this.#fail(error, batch)
    }
  }

  #takeAhead(): void {
    const next = this.#ahead[0]
    if (!next || next.first > this.sequence + 1) return
    const ahead = this.#ahead
    this.#ahead = []
    this.#aheadBytes = 0
    for (const batch of ahead) if (!this.#stopped.signal.aborted) this.#fromFeed(batch)
  }

  #fail(error: unknown, batch?: StoredBatch): void {
    if (this.#stopped.signal.aborted) return
    this.#stopped.abort()
    this.#wakeTail?.()
    this.#options.events.failed(error, batch)
  }

  /** Never rejects. */
  async #follow(): Promise<void> {
    const { signal } = this.#stopped
    try {
      while (!signal.aborted) {
        if (this.#fed) await new Promise<void>((resolve) => (this.#wakeTail = resolve))
        else await this.#tail(signal)
      }
    } catch (error) {
      this.#fail(error)
    }
  }

  async #tail(signal: AbortSignal): Promise<void> {
    const { journal, clock, timers, events } = this.#options
    const tailing = new AbortController()
    this.#tailing = tailing
    const ending = AbortSignal.any([signal, tailing.signal])
    let sliceEnd = clock.elapsed() + SLICE_MS
    for await (const batch of journal.tail(this.sequence + 1, ending, {
      onTrouble: (error) => events.trouble(error),
    })) {
      if (ending.aborted) return
      this.#take(batch)
      this.#takeAhead()
      if (clock.elapsed() < sliceEnd) continue
      await new Promise<void>((resolve) => timers.endOfTurn(resolve))
      sliceEnd = clock.elapsed() + SLICE_MS
    }
  }
}
