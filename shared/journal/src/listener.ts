import type { ListeningConnection } from './connections/listening-connection.ts'

/**
 * Waits for NOTIFY on one channel with one payload. Notifications are only hints: a missing connection is no error, and
 * the caller's timeout ends the wait.
 */
export class Listener {
  readonly #stop: () => void
  #heard = false
  #wake: (() => void) | undefined
  #closed = false

  constructor(connection: ListeningConnection, channel: string, payload: string) {
    this.#stop = connection.listen(channel, (heard) => {
      // The connection is new: notifications may have been missed.
      if (heard === undefined || heard === payload) this.#hear()
    })
  }

  /**
   * Forget earlier notifications. Call it before a look, so that a notification between look and wait is not missed.
   */
  arm(): void {
    this.#heard = false
  }

  /** Resolves when a notification has come since `arm`, after `timeoutMs`, or when `signal` aborts. */
  async wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (this.#heard || signal.aborted || this.#closed) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        this.#wake = undefined
        resolve()
      }
      const timer = setTimeout(done, timeoutMs)
      signal.addEventListener('abort', done, { once: true })
      this.#wake = done
    })
  }

  close(): void {
    this.#closed = true
    this.#stop()
    this.#wake?.()
  }

  #hear(): void {
    this.#heard = true
    this.#wake?.()
  }
}
