import { query } from './replicated-postgres.ts'

/*
 * A clock of PostgreSQL that can be set wrong, without libfaketime: what the exchange calls `clock_timestamp()` is found ahead of
 * PostgreSQL's own along the search path of its database.
 */
const made = `
  CREATE SCHEMA IF NOT EXISTS wrong;
  CREATE TABLE IF NOT EXISTS wrong.clock (ahead interval NOT NULL);
  TRUNCATE wrong.clock;
  INSERT INTO wrong.clock VALUES ('0');
  CREATE OR REPLACE FUNCTION wrong.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
    AS 'SELECT pg_catalog.clock_timestamp() + (SELECT ahead FROM wrong.clock)'`

/** End every connection of the exchange: those that are made instead have the settings of the database as they are now. */
export async function endConnections(url: string): Promise<void> {
  await query(url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'uptick-%'`)
}

/** From now on the exchange asks a clock that can be set wrong. */
export async function replaceClock(url: string): Promise<void> {
  await query(url, made)
  await query(url, `ALTER DATABASE ${nameOf(url)} SET search_path = public, wrong, pg_catalog`)
  await endConnections(url)
}

/** Step it. @param ahead of PostgreSQL's own, ms */
export async function stepClock(url: string, ahead: number): Promise<void> {
  await query(url, `UPDATE wrong.clock SET ahead = $1::float8 * interval '1 millisecond'`, [ahead])
}

/** From now on the exchange asks PostgreSQL's own clock again. */
export async function restoreClock(url: string): Promise<void> {
  await query(url, `ALTER DATABASE ${nameOf(url)} RESET search_path`)
  await endConnections(url)
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1)
}
