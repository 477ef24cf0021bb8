import { randomBytes } from 'node:crypto'
import type { TestProject } from 'vitest/node'
import { migrate } from '../src/migrate.ts'
import { administer, withDatabase } from './administer.ts'
import { type Server, startServer } from './server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string of the run's server. */
    serverUrl: string
    /** A database with every migration, never connected to: `createDatabase` copies it. */
    templateDatabase: string
  }
}

/**
 * One PostgreSQL server for the whole test run, with a migrated template. TEST_DATABASE_URL names a server to use
 * instead; its user must be allowed to create databases.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL']
  const server: Server = given ? { url: given, stop: () => Promise.resolve() } : await startServer()
  const template = `uptick_template_${randomBytes(6).toString('hex')}`
  const teardown = async (): Promise<void> => {
    try {
      // The server of this run is removed as a whole.
      if (given) await administer(server.url, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`)
    } finally {
      await server.stop()
    }
  }
  try {
    await administer(server.url, `CREATE DATABASE ${template}`)
    await migrate(withDatabase(server.url, template))
  } catch (error) {
    await teardown()
    throw error
  }
  project.provide('serverUrl', server.url)
  project.provide('templateDatabase', template)
  return teardown
}
