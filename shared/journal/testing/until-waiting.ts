import { Client } from 'pg'

/**
 * Resolves with the writing connection's backend as soon as it waits for `event`, as `pg_stat_activity` names it;
 * with undefined when `signal` aborts before.
 */
export async function untilWaiting(url: string, event: string, signal: AbortSignal): Promise<number | undefined> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    while (!signal.aborted) {
      const { rows } = await client.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'uptick-journal-writer' AND wait_event = $1`,
        [event],
      )
      if (rows[0]) return rows[0].pid
    }
    return undefined
  } finally {
    await client.end()
  }
}
