import { JournalError } from './errors.ts'
import { oneRow } from './sql/one-row.ts'
import type { Queryable } from './sql/queryable.ts'

/** PostgreSQL's answer about its replication, from `readReplication`. */
export interface Replication {
  readonly standbyNames: string
  /** Number of standbys that stream and count for commits; null when this user may not see it. */
  readonly synchronousStandbys: number | null
}

/**
 * For the ack policy `journal-synchronous`: refuse to start unless each commit waits for a second machine.
 *
 * @throws JournalError with a sentence for the operator
 */
export async function checkSynchronousReplication(db: Queryable): Promise<void> {
  const problem = replicationProblem(await readReplication(db))
  if (problem) throw new JournalError(`the ack policy journal-synchronous cannot be kept: ${problem}`)
}

/** Why commits are not replicated synchronously; undefined when they are. */
export function replicationProblem({ standbyNames, synchronousStandbys }: Replication): string | undefined {
  if (standbyNames.trim() === '') return 'synchronous_standby_names is empty, so commits wait for no standby'
  if (synchronousStandbys === null) return 'this user cannot see pg_stat_replication; grant it pg_monitor'
  if (synchronousStandbys === 0) return `no standby of synchronous_standby_names (${standbyNames}) is streaming`
  return undefined
}

export async function readReplication(db: Queryable): Promise<Replication> {
  const answer = await db.query<{ names: string; standbys: number; hidden: number }>({
    text: `
      SELECT current_setting('synchronous_standby_names') AS names,
        (count(*) FILTER (WHERE state = 'streaming' AND sync_state IN ('sync', 'quorum')))::integer AS standbys,
        (count(*) FILTER (WHERE state IS NULL))::integer AS hidden
      FROM pg_stat_replication`,
  })
  const { names, standbys, hidden } = oneRow(answer)
  return { standbyNames: names, synchronousStandbys: standbys === 0 && hidden > 0 ? null : standbys }
}
