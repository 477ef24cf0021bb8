import type { QueryConfig, QueryResult, QueryResultRow } from 'pg'
import { NotReplicatedError } from './errors.ts'
import type { Queryable } from './sql/queryable.ts'
import { standbysWaitedFor } from './sql/standbys-waited-for.ts'

/** An append that took longer may have waited for a standby until it was released, ms. */
const CONFIRM_AFTER_MS = 100
/** Settings reach the processes of PostgreSQL one after another; the last has it after this, ms. */
const SETTLED_AFTER_MS = 1000

/**
 * Writing under the ack policy `journal-synchronous`: what counts as written is on a second machine. PostgreSQL breaks
 * that silently when `synchronous_standby_names` is emptied, as a non-strict Patroni does when the standby is gone:
 * commits that wait are released, with success and without a warning, and later ones do not wait. The setting as a
 * commit's own statement sees it reveals the later ones. Only a question afterwards reveals those that waited. A
 * session adopts a new setting before its next statement, so the newest one answers that question.
 *
 * Rows may be seen that are on one machine only: of commits that were released, and of those whose session was ended
 * while they waited. A standby engine may execute them, as it answers no client. It cannot lead on them: its claim is a
 * commit after theirs, a standby of PostgreSQL has a commit only when it has all before it, and the claim counts only
 * when PostgreSQL has waited for it, which the same packet asks behind it. If these rows are lost with their server, no
 * client was told of them, and the members that have executed them report that they are ahead of the journal.
 */
export class SynchronousWrites implements Queryable {
  readonly #db: Queryable
  /** When PostgreSQL was last found to wait for no standby: `performance.now()`. */
  #brokenAt = -Infinity

  constructor(db: Queryable) {
    this.#db = db
  }

  /**
   * Run one statement; resolves when it is replicated.
   *
   * @throws NotReplicatedError when it may not be; until commits wait again, no further statement is sent
   */
  async query<Row extends QueryResultRow>(config: QueryConfig): Promise<QueryResult<Row>> {
    if (this.#brokenAt !== -Infinity) await this.#confirm()
    const [result] = await Promise.all([this.#db.query<Row>(config), this.#confirm()])
    return result
  }

  /**
   * Resolves when an append is replicated that was sent at `sentAt` (`performance.now()`) and found commits to wait for
   * `standbys`. A quick one costs nothing more: one that is released within 100 ms of its beginning goes unnoticed, and
   * the next one does not.
   *
   * @throws NotReplicatedError when it may not be
   */
  async appended(standbys: string, sentAt: number): Promise<void> {
    this.#check(standbys)
    if (performance.now() - sentAt > CONFIRM_AFTER_MS) await this.#confirm()
  }

  async #confirm(): Promise<void> {
    this.#check(await standbysWaitedFor(this.#db))
  }

  #check(standbys: string): void {
    const now = performance.now()
    if (standbys.trim() === '') {
      this.#brokenAt = now
      throw new NotReplicatedError('synchronous_standby_names is empty, so commits wait for no standby')
    }
    if (now - this.#brokenAt < SETTLED_AFTER_MS) {
      throw new NotReplicatedError('synchronous_standby_names was empty a moment ago')
    }
    this.#brokenAt = -Infinity
  }
}
