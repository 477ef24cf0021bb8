import type { ListeningConnection } from '@uptick/journal'
import { RECORDED_CHANNEL } from './sql/move-offset.ts'
import { readOffset } from './sql/read-offset.ts'

/** How often the offset is read while a question waits, in case a notification is lost. */
const POLL_MS = 50
/** More waiters than this are refused. */
export const WAITERS_MAX = 100_000

interface Waiter {
  readonly sequence: number
  readonly done: (recorded: boolean) => void
}

/**
 * Waits for the recorder to have passed a sequence. The recorder's commits notify with their sequence, so a short wait
 * costs no query. A lost notification only makes it slower, because the offset is polled as well.
 */
export class RecordedWatch {
  readonly #listening: ListeningConnection
  readonly #shard: number
  #through = 0
  #waiters = new Set<Waiter>()
  #poll: NodeJS.Timeout | undefined
  #reading = false
  #stopListening: (() => void) | undefined
  #closed = false

  constructor(listening: ListeningConnection, shard: number) {
    this.#listening = listening
    this.#shard = shard
  }

  /** Highest sequence known to be recorded; the true one may be higher. */
  get through(): number {
    return this.#through
  }

  /** Whether everything up to `sequence` was recorded within `timeoutMs`. */
  async wait(sequence: number, timeoutMs: number): Promise<boolean> {
    if (sequence <= this.#through) return true
    if (this.#closed || this.#waiters.size >= WAITERS_MAX) return false
    this.#stopListening ??= this.#listening.listen(RECORDED_CHANNEL, (payload) => this.#hear(payload))
    return new Promise((resolve) => {
      const waiter: Waiter = {
        sequence,
        done: (recorded) => {
          clearTimeout(timer)
          this.#waiters.delete(waiter)
          if (this.#waiters.size === 0) {
            clearInterval(this.#poll)
            this.#poll = undefined
          }
          resolve(recorded)
        },
      }
      const timer = setTimeout(() => waiter.done(false), timeoutMs)
      this.#waiters.add(waiter)
      this.#poll ??= setInterval(() => this.#read(), POLL_MS)
      this.#read()
    })
  }

  close(): void {
    this.#closed = true
    this.#stopListening?.()
    for (const waiter of this.#waiters) waiter.done(false)
  }

  #advance(through: number): void {
    if (through <= this.#through) return
    this.#through = through
    for (const waiter of this.#waiters) if (waiter.sequence <= through) waiter.done(true)
  }

  #read(): void {
    if (this.#reading) return
    this.#reading = true
    readOffset(this.#listening, this.#shard)
      .then(({ sequence }) => this.#advance(sequence))
      // Tried again at the next tick; the waiter's own timeout bounds it.
      .catch(() => undefined)
      .finally(() => (this.#reading = false))
  }

  #hear(payload: string | undefined): void {
    if (payload === undefined) return
    const [shard, sequence] = payload.split(':').map(Number)
    if (shard === this.#shard && sequence !== undefined) this.#advance(sequence)
  }
}
