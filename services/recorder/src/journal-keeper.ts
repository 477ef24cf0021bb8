import { setTimeout as delay } from 'node:timers/promises'
import type { Retention, RetentionReport } from '@uptick/journal'

export interface JournalKeeperOptions {
  readonly retention: Pick<Retention, 'measure' | 'pass'>
  readonly everyMs: number
  readonly observer: {
    measured(size: { readonly bytes: number; readonly first: number }): void
    retained(report: RetentionReport): void
    /** The next pass tries again. */
    failed(error: unknown): void
  }
}

/** Bounds the growth of the journal: measures it, archives old partitions and removes them. */
export class JournalKeeper {
  readonly #options: JournalKeeperOptions

  constructor(options: JournalKeeperOptions) {
    this.#options = options
  }

  /** Resolves when `signal` aborts and the current pass has ended. */
  async run(signal: AbortSignal): Promise<void> {
    const { retention, everyMs, observer } = this.#options
    while (!signal.aborted) {
      try {
        const report = await retention.pass()
        if (report.archived.length + report.removed.length > 0) observer.retained(report)
        observer.measured(await retention.measure())
      } catch (error) {
        observer.failed(error)
      }
      await delay(everyMs, undefined, { signal }).catch(() => undefined)
    }
  }
}
