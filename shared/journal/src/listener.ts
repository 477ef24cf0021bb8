import type { ListeningConnection } from './connections/listening-connection.ts'

/**
 * Waits for NOTIFY on one channel with one payload. Only a hint: it is never an error when there is no connection, the
 * caller's timeout ends the wait.
 */
export class Listener {
  readonly #stop: () => void
  #heard = false
  #wake: (() => void) | undefined
  #closed = false

  constructor(connection: ListeningConnection, channel: string, payload: string) {
    this.#stop = connection.listen(channel, (heard) => {
      // Of a new connection: something may have been said before it listened.
      if (heard === undefined || heard === payload) this.#hear()
    })
  }

  /** Forget what was heard so far; call it before looking, so that what comes between looking and waiting is not missed. */
  arm(): void {
    this.#heard = false
  }

  /** Resolves when something was heard since `arm`, after `timeoutMs`, or when `signal` aborts. */
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
