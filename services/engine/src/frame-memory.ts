import { strict as assert } from 'node:assert'
import { FRAME_WORDS_MAX } from './limits.ts'

/** Words of one slab (8 MiB): several of the largest usual frames. */
const SLAB_WORDS = 8 * FRAME_WORDS_MAX

/** A piece of memory for frames, used again once no frame in it is kept or being sent. */
export class Slab {
  readonly words: Int32Array<ArrayBuffer>
  used = 0
  /** Frames that are kept, and sends that a socket has not finished. */
  holds = 0

  constructor(words: number) {
    this.words = new Int32Array(words)
  }
}

/** A frame's place in its slab. */
export interface FrameSpace {
  readonly slab: Slab
  readonly words: Int32Array<ArrayBuffer>
}

/**
 * Memory of the frames that are retained. They come and go by the hundred megabytes a second; left to the garbage
 * collector they cost more than executing the commands (measured: 2.4 µs of collection and 2 µs of page faults for each
 * command of 1 kB of outcomes). So they lie in slabs that are filled one after another and used again. A slab is held
 * by every frame in it and by every socket that is still sending one of them.
 */
export class FrameMemory {
  #filling: Slab | undefined
  readonly #free: Slab[] = []
  #slabs = 0

  /** Slabs made so far, those in use and those that are free. */
  get slabs(): number {
    return this.#slabs
  }

  /** Room for a frame of `words` words, held once. A frame longer than a slab gets memory of its own. */
  allocate(words: number): FrameSpace {
    const slab = words > SLAB_WORDS ? new Slab(words) : this.#slabFor(words)
    const start = slab.used
    slab.used += words
    slab.holds++
    return { slab, words: slab.words.subarray(start, start + words) }
  }

  hold(slab: Slab): void {
    assert.ok(slab.holds > 0, 'a slab is held before it is held again')
    slab.holds++
  }

  release(slab: Slab): void {
    assert.ok(slab.holds > 0, 'a slab is released as often as it was held')
    slab.holds--
    if (slab.holds === 0 && slab !== this.#filling && slab.words.length === SLAB_WORDS) this.#recycle(slab)
  }

  #slabFor(words: number): Slab {
    const filling = this.#filling
    if (filling && filling.used + words <= SLAB_WORDS) return filling
    this.#filling = this.#free.pop() ?? this.#newSlab()
    // Nothing in the full one may be kept any more already.
    if (filling?.holds === 0) this.#recycle(filling)
    return this.#filling
  }

  #recycle(slab: Slab): void {
    slab.used = 0
    this.#free.push(slab)
  }

  #newSlab(): Slab {
    this.#slabs++
    return new Slab(SLAB_WORDS)
  }
}
