import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { messageOf, Problem } from '@uptick/commandline'

const SQLITE_BUSY = 5
const SQLITE_NOTADB = 26

/**
 * One supervisor for one folder. SQLite's exclusive transaction is a lock of the operating system, which Node cannot
 * take in another way. It ends together with its process, so a crash leaves no lock behind. The content of the file
 * does not matter, so a damaged file is emptied. While another process has the lock, SQLite fails before it reads the
 * file.
 *
 * @returns a function that releases the lock; undefined when another process holds it
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
