/** PostgreSQL cannot be started or ended, for a reason that lies in its folder or its machine: the message says which. */
export class PostgresError extends Error {
  override readonly name = 'PostgresError'
}
