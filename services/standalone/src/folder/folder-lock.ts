import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { messageOf, Problem } from '@uptick/commandline'

const SQLITE_BUSY = 5
const SQLITE_NOTADB = 26

/**
 * One supervisor for one folder. SQLite's exclusive transaction is a lock of the operating system, which Node has no
 * other way to take: it is gone the moment its process is, so it cannot be left behind by a crash. What the file holds
 * does not matter, so one that was damaged is emptied; while another process has the lock, SQLite does not come so far
 * as to read it.
 *
 * @returns the way to release it; undefined when another process holds it
 */
export function lockFolder(folder: string): (() => void) | undefined {
  const path = join(folder, 'lock')
  try {
    return take(path)
  } catch (error) {
    if (!(error instanceof NoDatabase)) throw error
    truncateSync(path)
    return take(path)
  }
}

class NoDatabase extends Problem {}

function take(path: string): (() => void) | undefined {
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
    const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined
    if (code === SQLITE_BUSY) return undefined
    const sentence = `The lock of the data folder cannot be taken: ${path}: ${messageOf(error)}.`
    throw code === SQLITE_NOTADB ? new NoDatabase(sentence) : new Problem(sentence)
  }
  return () => database.close()
}
