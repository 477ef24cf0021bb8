import type { StoredBatch } from '@uptick/journal'

/** Bytes of payload read ahead; the reader waits for room. */
const QUEUED_BYTES_MAX = 32 * 1024 * 1024

/** Batches that were read ahead of the writer. It passes them on in groups of up to a number of commands. */
export class BatchQueue {
  #batches: StoredBatch[] = []
  #bytes = 0
  #ended = false
  #error: unknown
  #wakeWriter: (() => void) | undefined
  #wakeReader: (() => void) | undefined

  get isEmpty(): boolean {
    return this.#batches.length === 0
  }

  /** Read `batches` to their end. An error that ends them early is thrown by `take`. */
  async fill(batches: AsyncIterable<StoredBatch>): Promise<void> {
    try {
      for await (const batch of batches) {
        this.#batches.push(batch)
        this.#bytes += batch.payload.length
        this.#wakeWriter?.()
        if (this.#bytes >= QUEUED_BYTES_MAX) await new Promise<void>((resolve) => (this.#wakeReader = resolve))
        if (this.#ended) return
      }
    } catch (error) {
      this.#error = error
    } finally {
      this.#ended = true
      this.#wakeWriter?.()
    }
  }

  /** Take at least one batch, and more while they have no more than `commandsMax` commands; empty at the end. */
  async take(commandsMax: number): Promise<StoredBatch[]> {
    if (this.#batches.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => (this.#wakeWriter = resolve))
      this.#wakeWriter = undefined
    }
    if (this.#batches.length === 0 && this.#error !== undefined) throw this.#error
    let commands = 0
    let count = 0
    for (const batch of this.#batches) {
      commands += batch.last - batch.first + 1
      if (count > 0 && commands > commandsMax) break
      this.#bytes -= batch.payload.length
      count++
    }
    const taken = this.#batches.splice(0, count)
    this.#letReaderOn()
    return taken
  }

  /** Take no more batches, and let the reader end. */
  end(): void {
    this.#ended = true
    this.#letReaderOn()
  }

  #letReaderOn(): void {
    this.#wakeReader?.()
    this.#wakeReader = undefined
  }
}
