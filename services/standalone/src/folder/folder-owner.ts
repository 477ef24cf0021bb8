import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Problem } from '@uptick/commandline'

const ROOT = 0

/**
 * Files that root creates belong to root, and PostgreSQL's files to the user that it runs as for root. An ordinary user
 * could not use the folder afterwards. So root starts an exchange only in a folder that belongs to root.
 *
 * @param uid of this process; undefined on systems without
 * @throws Problem when the folder, or its nearest existing parent, belongs to another user
 */
export function checkOwner(folder: string, uid: number | undefined): void {
  if (uid !== ROOT) return
  const owned = nearest(resolve(folder))
  const owner = statSync(owned).uid
  if (owner === ROOT) return
  const name = userName(owner)
  const where =
    owned === resolve(folder) ? `The data folder ${owned} belongs to ${name}` : `${owned} belongs to ${name}`
  throw new Problem(
    `${where}, and this is root: ${name} could not use the exchange's files afterwards. Start it as ${name}, or name a folder of root's with --data.`,
  )
}

/** Name of a file's owner, for a message; undefined when it is unknown. */
export function ownerOf(path: string): string | undefined {
  try {
    return userName(statSync(path).uid)
  } catch {
    return undefined
  }
}

/** The path itself, or its nearest existing parent. */
function nearest(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : nearest(dirname(path))
}

function userName(uid: number): string {
  try {
    const found = new RegExp(`^([^:]+):[^:]*:${uid}:`, 'm').exec(readFileSync('/etc/passwd', 'utf8'))
    if (found?.[1] !== undefined) return found[1]
  } catch {
    // A system that keeps its users elsewhere.
  }
  return `the user with number ${uid}`
}
