import type { Queryable } from '@uptick/journal'
import { invalid, notFound, OperatorError } from './operator-error.ts'

/** An activation that waits, or what became of it. */
export interface ScheduledActivation {
  readonly behaviour: number
  /** ISO 8601. */
  readonly at: string
  readonly state: 'WAITING' | 'ACTIVATED' | 'REFUSED'
  readonly outcome: string
}

/** An activation whose time has come. */
export interface DueActivation {
  readonly behaviour: number
  /** No gateway could try it for so long that the operator may not expect it any more. */
  readonly isMissed: boolean
}

const AHEAD_DAYS_MAX = 30
/** Past this it is not carried out any more, in words of PostgreSQL. */
const LATE_MAX = '10 minutes'
/** For longer than an answer may take: then another gateway tries. */
const TRY_MAX = '30 seconds'

/** The scheduled activations of a shard, in PostgreSQL: its clock decides what is due. */
export class ActivationSchedule {
  readonly #db: Queryable
  readonly #shard: number

  constructor(db: Queryable, shard: number) {
    this.#db = db
    this.#shard = shard
  }

  /** Those that wait, and those of the past, until they are scheduled anew. */
  async list(): Promise<readonly ScheduledActivation[]> {
    const { rows } = await this.#db.query<Omit<ScheduledActivation, 'at'> & { due_at: Date }>({
      text: 'SELECT behaviour, due_at, state, outcome FROM scheduled_activation WHERE shard = $1 ORDER BY due_at',
      values: [this.#shard],
    })
    return rows.map(({ behaviour, due_at, state, outcome }) => ({
      behaviour,
      at: due_at.toISOString(),
      state,
      outcome,
    }))
  }

  /** @throws OperatorError when the time has passed, is too far away, or the activation is under way */
  async put(behaviour: number, at: string): Promise<void> {
    const { rowCount } = await this.#db.query({
      text: `INSERT INTO scheduled_activation AS known (shard, behaviour, due_at)
        SELECT $1, $2, $3::timestamptz
        WHERE $3::timestamptz > now() AND $3::timestamptz < now() + make_interval(days => ${AHEAD_DAYS_MAX})
        ON CONFLICT (shard, behaviour) DO UPDATE
        SET due_at = EXCLUDED.due_at, asked_at = now(), state = 'WAITING', outcome = '', tried_until = NULL
        WHERE known.state <> 'WAITING' OR known.due_at > now()`,
      values: [this.#shard, behaviour, at],
    })
    if (rowCount === 1) return
    throw invalid(`the time must be within ${AHEAD_DAYS_MAX} days from now, and behaviour ${behaviour} not under way`)
  }

  /** @throws OperatorError when nothing waits, or its time has come */
  async cancel(behaviour: number): Promise<void> {
    const { rowCount } = await this.#db.query({
      text: `DELETE FROM scheduled_activation
        WHERE shard = $1 AND behaviour = $2 AND state = 'WAITING' AND due_at > now()`,
      values: [this.#shard, behaviour],
    })
    if (rowCount === 1) return
    const found = (await this.list()).find((each) => each.behaviour === behaviour)
    if (found === undefined) throw notFound(`scheduled activation of behaviour ${behaviour}`)
    throw new OperatorError(409, 'NOT_WAITING', `the activation of behaviour ${behaviour} does not wait any more`)
  }

  /** Take what is due: no other gateway has it for a while. */
  async takeDue(): Promise<readonly DueActivation[]> {
    const { rows } = await this.#db.query<{ behaviour: number; is_missed: boolean }>({
      text: `UPDATE scheduled_activation SET tried_until = now() + interval '${TRY_MAX}'
        WHERE shard = $1 AND state = 'WAITING' AND due_at <= now() AND (tried_until IS NULL OR tried_until < now())
        RETURNING behaviour, due_at < now() - interval '${LATE_MAX}' AS is_missed`,
      values: [this.#shard],
    })
    return rows.map(({ behaviour, is_missed }) => ({ behaviour, isMissed: is_missed }))
  }

  /** Say what became of one that was taken. */
  async settle(behaviour: number, state: 'ACTIVATED' | 'REFUSED', outcome: string): Promise<void> {
    await this.#db.query({
      text: `UPDATE scheduled_activation SET state = $3, outcome = $4, tried_until = NULL
        WHERE shard = $1 AND behaviour = $2 AND state = 'WAITING'`,
      values: [this.#shard, behaviour, state, outcome],
    })
  }
}
