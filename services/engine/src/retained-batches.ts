import { strict as assert } from 'node:assert'
import { RETAINED_BATCH_BYTES_MAX, RETAINED_MICROSECONDS } from './limits.ts'

/** A batch that the journal has, as it was written. */
export interface CommittedBatch {
  readonly epoch: number
  readonly first: number
  readonly last: number
  readonly payload: Uint8Array
}

interface Kept {
  readonly batch: CommittedBatch
  /** Journaled, µs. */
  readonly time: number
}

/**
 * The committed batches of the last 60 s of journaled time: standbys are fed from them, and they can be appended again
 * when the journal has lost them. Bounded by bytes as well.
 */
export class RetainedBatches {
  readonly #bytesMax: number
  #kept: Kept[] = []
  #head = 0
  #bytes = 0
  #last: number

  /** @param last sequence after which the first batch will follow. */
  constructor(last: number, bytesMax: number = RETAINED_BATCH_BYTES_MAX) {
    this.#last = last
    this.#bytesMax = bytesMax
  }

  /** First sequence that is kept; `last + 1` when none is. */
  get oldest(): number {
    return this.#kept[this.#head]?.batch.first ?? this.#last + 1
  }

  get last(): number {
    return this.#last
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Nothing up to `sequence` is kept: what follows it comes next. */
  startAfter(sequence: number): void {
    assert.equal(this.#kept.length, 0, 'nothing was kept so far')
    this.#last = sequence
  }

  /** Append the batch that follows the last one. */
  add(batch: CommittedBatch, time: number): void {
    // A batch may begin earlier than the state did that it was first applied to.
    if (this.#head < this.#kept.length) assert.equal(batch.first, this.#last + 1, 'batches are kept without gaps')
    this.#kept.push({ batch, time })
    this.#last = batch.last
    this.#bytes += batch.payload.byteLength
    const horizon = time - RETAINED_MICROSECONDS
    while (this.#head < this.#kept.length - 1) {
      const oldest = this.#kept[this.#head]
      if (!oldest || (oldest.time >= horizon && this.#bytes <= this.#bytesMax)) break
      this.#bytes -= oldest.batch.payload.byteLength
      this.#head++
    }
    if (this.#head > 1024 && this.#head > this.#kept.length / 2) {
      this.#kept = this.#kept.slice(this.#head)
      this.#head = 0
    }
  }

  /** The batch that holds `sequence`; undefined when it is not kept. */
  find(sequence: number): CommittedBatch | undefined {
    if (sequence < this.oldest || sequence > this.#last) return undefined
    let low = this.#head
    let high = this.#kept.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((this.#kept[middle]?.batch.first ?? 0) <= sequence) low = middle
      else high = middle - 1
    }
    return this.#kept[low]?.batch
  }

  /** All that are kept from the one that holds `sequence` on. */
  from(sequence: number): CommittedBatch[] {
    return this.#kept.slice(this.#head).flatMap(({ batch }) => (batch.last >= sequence ? [batch] : []))
  }
}
