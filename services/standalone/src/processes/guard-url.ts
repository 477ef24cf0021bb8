import { realpathSync } from 'node:fs'

/**
 * The module that Node imports into a service of a data folder, so that the service does not outlive its supervisor for
 * long. Its URL names the folder, so that left-over services are found by their command line.
 */
export function guardUrl(folder: string): string {
  const url = new URL('child-guard.ts', import.meta.url)
  url.searchParams.set('data', realpathSync(folder))
  return url.href
}

/**
 * The end of that URL, whichever copy of this program made it: after an upgrade the program may be in another place.
 */
export function guardName(folder: string): string {
  const url = guardUrl(folder)
  return url.slice(url.lastIndexOf('/'))
}
