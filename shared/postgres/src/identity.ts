import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { PostgresError } from './postgres-error.ts'

/** Who PostgreSQL runs as, and the words to put in front of its command line for that. */
export interface Identity {
  readonly uid?: number
  readonly gid?: number
  readonly prefix: readonly string[]
}

/**
 * PostgreSQL refuses to run as root. As root it gets the owner of an existing data directory, else the user
 * `postgres`, else `nobody`; nothing is added to the machine. Where that user cannot reach the programs or the data
 * (a checkout below /root, say), it keeps one capability, to pass through directories, by way of setpriv(1).
 */
export function chooseIdentity(directory: string, program: string): Identity {
  if (process.getuid?.() !== 0) return { prefix: [] }
  const { uid, gid } = serviceUser(directory)
  if (reachable(dirname(resolve(directory))) && reachable(resolve(program))) return { uid, gid, prefix: [] }
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path))
  if (setpriv === undefined)
    throw new PostgresError(
      `PostgreSQL does not run as root and ${directory} is closed to others: choose another folder or user`,
    )
  const prefix = [setpriv, `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--securebits=+no_setuid_fixup']
  return { uid, gid, prefix: [...prefix, '--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--'] }
}

function serviceUser(directory: string): { uid: number; gid: number } {
  if (existsSync(directory)) {
    const { uid, gid } = statSync(directory)
    if (uid !== 0) return { uid, gid }
  }
  const users = readFileSync('/etc/passwd', 'utf8')
  for (const name of ['postgres', 'nobody']) {
    const found = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(users)
    if (found !== null) return { uid: Number(found[1]), gid: Number(found[2]) }
  }
  throw new PostgresError('PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody')
}

/** Whether every user may pass through (directories) or run (the program) every part of `path`. */
function reachable(path: string): boolean {
  accessSync(path, constants.F_OK)
  for (let part = path; ; part = dirname(part)) {
    if ((statSync(part).mode & 0o001) === 0) return false
    if (part === dirname(part)) return true
  }
}
