import { outcomeTime } from '@uptick/core'
import type { CancelTimer, Timers } from '@uptick/runtime'
import type { OutcomeSpan } from './outcome-span.ts'
import { SpanList } from './span-list.ts'
import type { Stage } from './stage.ts'

/** How long outcomes of the feed are kept, in journaled time (µs). */
export const KEPT_MICROSECONDS = 60_000_000
export const KEPT_BYTES_MAX = 32 << 20
/** How long outcomes that were read from an engine are kept after their last use. */
const PAST_KEPT_MS = 10_000

/** Reads outcomes `from` … `through` of the past. @throws PastLostError, or when no engine answers */
export type ReadPast = (from: number, through: number) => Promise<readonly OutcomeSpan[]>

/** The outcomes are not kept anywhere any more. */
export class PastLostError extends Error {
  override readonly name = 'PastLostError'
}

export interface FeedMemoryOptions {
  readonly readPast: ReadPast
  readonly timers: Timers
  readonly keptBytesMax?: number
}

/**
 * The outcomes of the last minute, for streams that resume. They come from the feed as far as this gateway has seen it.
 * The rest is read from an engine: a gateway that started later, or that kept less because there was too much, lacks
 * it. The later stages of the feed find here every outcome that they have seen.
 */
export class FeedMemory implements Stage {
  readonly #options: FeedMemoryOptions
  readonly #live = new SpanList()
  /** Outcomes that were read from an engine, up to those of the feed. */
  readonly #past = new SpanList()
  #last = -1
  #reading: Promise<void> | undefined
  #cancel: CancelTimer = () => {}
  /** How often an engine was asked for past outcomes. */
  pastReads = 0

  constructor(options: FeedMemoryOptions) {
    this.#options = options
  }

  /** Last outcome of the feed; −1 before the first. */
  get last(): number {
    return this.#last
  }

  get bytes(): number {
    return this.#live.bytes + this.#past.bytes
  }

  /** The span that holds `sequence`; undefined when it must be read, or has not come yet. */
  find(sequence: number): OutcomeSpan | undefined {
    return this.#live.find(sequence) ?? this.#past.find(sequence)
  }

  /**
   * Read `sequence`, which lies before what is kept, from an engine, unless a read in progress brings it. One read at a
   * time. @throws PastLostError when it is gone, else as `readPast`
   */
  async read(sequence: number): Promise<void> {
    while (this.#reading) await this.#reading.catch(() => undefined)
    if (this.find(sequence)) return
    this.#reading = this.#read(sequence)
    try {
      await this.#reading
    } finally {
      this.#reading = undefined
    }
  }

  close(): void {
    this.#cancel()
  }

  async #read(sequence: number): Promise<void> {
    this.pastReads++
    const through = (this.#live.oldest?.first ?? this.#last + 1) - 1
    const spans = await this.#options.readPast(sequence, through)
    this.#past.clear()
    for (const span of spans) this.#past.add(span)
    this.#cancel()
    this.#cancel = this.#options.timers.after(PAST_KEPT_MS, () => this.#past.clear())
  }

  restart(next: number): void {
    this.#live.clear()
    this.#past.clear()
    this.#last = next - 1
  }

  frame(span: OutcomeSpan): void {
    this.#live.add(span)
    this.#last = span.last
    const horizon = outcomeTime(span.words, span.from) - KEPT_MICROSECONDS
    const { keptBytesMax = KEPT_BYTES_MAX } = this.#options
    while (this.#live.length > 1) {
      const { oldest } = this.#live
      if (!oldest || (outcomeTime(oldest.words, oldest.from) >= horizon && this.#live.bytes <= keptBytesMax)) return
      this.#live.dropOldest()
    }
  }
}
