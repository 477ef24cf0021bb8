import { AppendFailedError, JournalError, reasonOf } from './errors.ts'

/** The result of `run`. An error becomes a JournalError that begins with `what`, unless it is one already. */
export async function explained<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof JournalError && !(error instanceof AppendFailedError)) throw error
    throw new JournalError(`${what}: ${reasonOf(error)}`, { cause: error })
  }
}
