import { notifyFollowers } from './sql/notify.ts'
import type { Queryable } from './sql/queryable.ts'

/** Commits follow each other faster than followers need to be woken. */
const NOTICE_INTERVAL_MS = 10

/**
 * Wakes the journal's followers after appends, at most every 10 ms, on a connection that is not the writer's: NOTIFY in
 * the append would take a lock of the whole database at each commit. It is only a hint – followers poll as well – so
 * failures are ignored.
 */
export class FollowerNotice {
  readonly #db: Queryable
  readonly #shard: number
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined
  #again = false
  #closed = false

  constructor(db: Queryable, shard: number) {
    this.#db = db
    this.#shard = shard
  }

  give(): void {
    if (this.#closed) return
    if (this.#sending || this.#timer) {
      this.#again = true
      return
    }
    this.#again = false
    this.#sending = notifyFollowers(this.#db, this.#shard)
      .catch(() => undefined)
      .finally(() => {
        this.#sending = undefined
        this.#pause()
      })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#sending
  }

  #pause(): void {
    if (this.#closed) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#again) this.give()
    }, NOTICE_INTERVAL_MS)
    this.#timer.unref()
  }
}
