import { realpathSync } from 'node:fs'

/**
 * What Node imports into a service of a data folder, so that it does not outlive its supervisor for long. It names the
 * folder: whatever is left over all the same is found by its command line.
 */
export function guardUrl(folder: string): string {
  const url = new URL('child-guard.ts', import.meta.url)
  url.searchParams.set('data', realpathSync(folder))
  return url.href
}

/** How that ends, whichever copy of this program named it: an upgrade may lie elsewhere than what it finds running. */
export function guardName(folder: string): string {
  const url = guardUrl(folder)
  return url.slice(url.lastIndexOf('/'))
}
