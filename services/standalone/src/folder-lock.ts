import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { messageOf, Problem } from '@uptick/commandline'

const SQLITE_BUSY = 5

/**
 * One supervisor for one folder. SQLite's exclusive transaction is a lock of the operating system, which Node has no
 * other way to take: it is gone the moment its process is, so it cannot be left behind by a crash.
 *
 * @returns the way to release it; undefined when another process holds it
 */
export function lockFolder(folder: string): (() => void) | undefined {
  const path = join(folder, 'lock')
  let database: DatabaseSync
  try {
    database = new DatabaseSync(path, { timeout: 0 })
  } catch (error) {
    throw new Problem(`The lock of the data folder cannot be opened: ${path}: ${messageOf(error)}.`)
  }
  try {
    database.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return undefined
    throw new Problem(`The lock of the data folder cannot be taken: ${path}: ${messageOf(error)}.`)
  }
  return () => database.close()
}
