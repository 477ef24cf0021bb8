import { randomBytes } from 'node:crypto'

const UNIQUE_BYTES = 6
const UNIQUE = new RegExp(`-[0-9a-f]{${UNIQUE_BYTES * 2}}$`)

/** Names this process among all that ever had its place: one that was restarted is not taken for the one before. */
export function processName(place: string): string {
  return `${place}-${randomBytes(UNIQUE_BYTES).toString('hex')}`
}

/** The place of a process: `engine-1` for `engine-1-0123456789ab`. */
export function placeOf(name: string): string {
  return name.replace(UNIQUE, '')
}
