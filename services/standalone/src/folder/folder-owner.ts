import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Problem } from '@uptick/commandline'

const ROOT = 0

/**
 * What root makes belongs to root, and PostgreSQL's files to the user that it runs as for root: an ordinary user could not use
 * the folder afterwards. So root starts an exchange only in a folder that is root's own.
 *
 * @param uid of this process; undefined where there are none
 * @throws Problem when the folder, or the one that it would be made in, belongs to another user
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

/** Who owns a file, for a sentence; undefined when that is unknown. */
export function ownerOf(path: string): string | undefined {
  try {
    return userName(statSync(path).uid)
  } catch {
    return undefined
  }
}

/** The path, or the folder above it that is there. */
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
