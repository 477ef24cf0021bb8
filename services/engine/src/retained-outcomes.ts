import { strict as assert } from 'node:assert'
import { outcomeSequence, outcomeWords } from '@uptick/core'
import { encodeOutcomes, OUTCOMES_HEADER_WORDS, writeOutcomesHeader } from '@uptick/protocol'
import { FrameMemory, type Slab } from './frame-memory.ts'
import { FRAME_WORDS_MAX, RETAINED_BYTES_MAX, RETAINED_MICROSECONDS } from './limits.ts'

/** Outcomes of consecutive sequences, ready to be sent. The frame is shared by all links and does not change. */
export interface OutcomesChunk {
  /** Of the batch that the commands came in. */
  readonly epoch: number
  readonly first: number
  readonly last: number
  /** Journaled time of the last one, µs. */
  readonly time: number
  /** The whole OUTCOMES frame. */
  readonly frame: Int32Array<ArrayBuffer>
  /** Whose memory the frame is in. */
  readonly slab: Slab
}

export interface RetentionLimits {
  /** Journaled time, so that it stands still while the shard is down. */
  readonly microseconds: number
  readonly bytes: number
}

/** The outcome words of a chunk, over its frame. */
export function chunkWords(chunk: OutcomesChunk): Int32Array {
  return chunk.frame.subarray(OUTCOMES_HEADER_WORDS)
}

/** The part of a chunk from `sequence` on as bytes to send: in its own memory when it is the whole chunk. */
export function frameFrom(chunk: OutcomesChunk, sequence: number): Uint8Array {
  const { frame } = chunk
  if (sequence <= chunk.first) return Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength)
  const words = chunkWords(chunk)
  let at = 0
  for (let skipped = chunk.first; skipped < sequence; skipped++) at += outcomeWords(words, at)
  return encodeOutcomes(chunk.epoch, sequence, chunk.last, words, at)
}

/**
 * The durable outcomes of the last 60 s of journaled time, for links that resume: they ask for the suffix they miss.
 * Bounded by bytes as well; under a load that fills them sooner, less time is kept and WELCOME says from where.
 */
export class RetainedOutcomes {
  readonly memory = new FrameMemory()
  readonly #limits: RetentionLimits
  #chunks: OutcomesChunk[] = []
  /** Index of the oldest chunk that is kept; the places before it are cut off now and then. */
  #head = 0
  #bytes = 0
  #last: number

  /** @param last sequence after which the first chunk will follow. */
  constructor(last: number, limits: Partial<RetentionLimits> = {}) {
    this.#last = last
    this.#limits = { microseconds: RETAINED_MICROSECONDS, bytes: RETAINED_BYTES_MAX, ...limits }
  }

  /** First sequence that can be fed; `last + 1` when nothing is kept. */
  get oldest(): number {
    return this.#chunks[this.#head]?.first ?? this.#last + 1
  }

  get last(): number {
    return this.#last
  }

  get bytes(): number {
    return this.#bytes
  }

  get bytesMax(): number {
    return this.#limits.bytes
  }

  /** Nothing up to `sequence` is kept: what follows it comes next. */
  startAfter(sequence: number): void {
    assert.equal(this.oldest, this.#last + 1, 'nothing was kept so far')
    this.#last = sequence
  }

  /** Copy the outcomes in `words[0 … length)` into frames of a bounded size, to be added when they are durable. */
  cut(epoch: number, time: number, words: Int32Array, length: number): OutcomesChunk[] {
    const chunks: OutcomesChunk[] = []
    let start = 0
    while (start < length) {
      const first = outcomeSequence(words, start)
      let end = start
      let last = first - 1
      do {
        end += outcomeWords(words, end)
        last++
      } while (end < length && end - start + outcomeWords(words, end) <= FRAME_WORDS_MAX - OUTCOMES_HEADER_WORDS)
      const { slab, words: frame } = this.memory.allocate(OUTCOMES_HEADER_WORDS + end - start)
      writeOutcomesHeader(frame, epoch, first, last)
      frame.set(words.subarray(start, end), OUTCOMES_HEADER_WORDS)
      chunks.push({ epoch, first, last, time, frame, slab })
      start = end
    }
    return chunks
  }

  /** Append the chunk that follows the last one, and drop what has become too old or too much. */
  add(chunk: OutcomesChunk): void {
    assert.equal(chunk.first, this.#last + 1, 'outcomes are retained without gaps')
    this.#chunks.push(chunk)
    this.#last = chunk.last
    this.#bytes += chunk.frame.byteLength
    const horizon = chunk.time - this.#limits.microseconds
    while (this.#head < this.#chunks.length - 1) {
      const oldest = this.#chunks[this.#head]
      if (!oldest || (oldest.time >= horizon && this.#bytes <= this.#limits.bytes)) break
      this.#bytes -= oldest.frame.byteLength
      this.memory.release(oldest.slab)
      this.#head++
    }
    if (this.#head > 1024 && this.#head > this.#chunks.length / 2) {
      this.#chunks = this.#chunks.slice(this.#head)
      this.#head = 0
    }
  }

  /** One outcome: its words begin at `at`. Undefined when it is not kept. */
  outcome(sequence: number): { epoch: number; words: Int32Array; at: number } | undefined {
    const chunk = this.find(sequence)
    if (!chunk) return undefined
    const words = chunkWords(chunk)
    let at = 0
    for (let skipped = chunk.first; skipped < sequence; skipped++) at += outcomeWords(words, at)
    return { epoch: chunk.epoch, words, at }
  }

  /** The chunk that holds `sequence`; undefined when it is not kept (any more, or yet). */
  find(sequence: number): OutcomesChunk | undefined {
    if (sequence < this.oldest || sequence > this.#last) return undefined
    let low = this.#head
    let high = this.#chunks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((this.#chunks[middle]?.first ?? 0) <= sequence) low = middle
      else high = middle - 1
    }
    return this.#chunks[low]
  }
}
