import { Client, type ClientConfig } from 'pg'
import { type Connection, connectionSettings } from './connection-settings.ts'

/** A goodbye that nothing answers is cut off after this. */
const CLOSE_MS_MAX = 500

/**
 * A connection of its own, not connected yet, with the bounds that every connection has unless `changes` says otherwise.
 * One that breaks between two statements says so with the next of them, or by its event `end`.
 */
export function openClient(connection: Connection, applicationName: string, changes: ClientConfig = {}): Client {
  const client = new Client({ ...connectionSettings(connection, applicationName), ...changes })
  client.on('error', () => undefined)
  return client
}

/** Say goodbye; a server that does not answer is left without one after half a second. Never rejects. */
export async function closeClient(client: Client): Promise<void> {
  const timer = setTimeout(() => destroyClient(client), CLOSE_MS_MAX)
  await client.end().catch(() => undefined)
  clearTimeout(timer)
}

/** Nothing is sent any more, and what is unanswered fails. */
export function destroyClient(client: Client): void {
  client.connection.stream.destroy()
}
