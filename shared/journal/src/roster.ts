import { explained } from './explained.ts'
import { signMember, signOff, strikeMember } from './sql/members.ts'
import type { Queryable } from './sql/queryable.ts'

/** A process that executes a shard's journal, as it describes itself. */
export interface RosterEntry {
  /** Its address, or another name that no two of them share. */
  readonly place: string
  /** Names this process among all that ever were. */
  readonly holder: string
  /** The behaviours that its build knows. */
  readonly behaviours: readonly number[]
}

/** A member on the roster; `signs` counts up as long as it lives. */
export interface Rostered extends RosterEntry {
  readonly signs: number
}

/**
 * The processes that execute a shard's journal, in PostgreSQL: the one place that all of them reach, whatever links
 * they have. Errors are `JournalError`s.
 */
export interface Roster {
  /** Sign that we are present, and read the others on the roster. */
  sign(entry: RosterEntry): Promise<readonly Rostered[]>
  /** Take ourselves off. */
  signOff(entry: RosterEntry): Promise<void>
  /** Take off another member that has not signed since it was read. */
  strike(other: Rostered): Promise<void>
}

/** The roster of one shard. */
export class PostgresRoster implements Roster {
  readonly #db: Queryable
  readonly #shard: number

  constructor(db: Queryable, shard: number) {
    this.#db = db
    this.#shard = shard
  }

  sign(entry: RosterEntry): Promise<readonly Rostered[]> {
    return explained('the roster could not be signed', () => signMember(this.#db, this.#shard, entry))
  }

  signOff(entry: RosterEntry): Promise<void> {
    return explained('the roster could not be signed off', () => signOff(this.#db, this.#shard, entry))
  }

  strike(other: Rostered): Promise<void> {
    return explained('a member could not be struck off the roster', () => strikeMember(this.#db, this.#shard, other))
  }
}
