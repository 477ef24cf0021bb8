const SOCKET_ERRORS = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH'])
/** SQLSTATE classes: connection exception, insufficient resources, operator intervention. */
const SQL_STATES = /^(08|53|57)/
const DRIVER_MESSAGES =
  /Connection terminated|Query read timeout|timeout expired|timeout exceeded when trying to connect|not queryable/

/** Whether an error of `pg` says that the database cannot be reached now: to try again later is right. */
export function databaseIsAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError && error.errors.some((each) => databaseIsAway(each))) return true
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return SOCKET_ERRORS.has(code) || (code.length === 5 && SQL_STATES.test(code)) || DRIVER_MESSAGES.test(error.message)
}
