import { PublicError } from '@uptick/protocol'
import { SERVER_BUSY } from '../engine-link/link-errors.ts'
import { databaseIsAway } from './database-away.ts'

/** The error that a caller gets for a failed operation; undefined when the failure is internal. */
export function shownError(error: unknown): PublicError | undefined {
  if (error instanceof PublicError) return error
  // Only history is read from the database, so nothing was changed, and asking again is harmless.
  return databaseIsAway(error) ? SERVER_BUSY : undefined
}
