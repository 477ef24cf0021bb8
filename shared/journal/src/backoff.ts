import { setTimeout as delay } from 'node:timers/promises'

export const BACKOFF_FIRST_MS = 50
export const BACKOFF_MS_MAX = 2000

/** Waits that double from 50 ms to 2 s, each shortened by up to half so that members do not return in step. */
export class Backoff {
  #nextMs = BACKOFF_FIRST_MS

  /** Return to the shortest wait, because it works again. */
  reset(): void {
    this.#nextMs = BACKOFF_FIRST_MS
  }

  /** Resolves after the wait, or at once when `signal` aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    const ms = this.#nextMs * (0.5 + Math.random() / 2)
    this.#nextMs = Math.min(this.#nextMs * 2, BACKOFF_MS_MAX)
    await delay(ms, undefined, { signal }).catch(() => undefined)
  }
}

/** Try until it succeeds. Throws the last error when `signal` aborts; `onFailure` is called for every failure. */
export async function retryWithBackoff<T>(
  attempt: () => Promise<T>,
  signal: AbortSignal,
  onFailure?: (error: unknown) => void,
): Promise<T> {
  const backoff = new Backoff()
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (signal.aborted) throw error
      onFailure?.(error)
      await backoff.wait(signal)
      if (signal.aborted) throw error
    }
  }
}
