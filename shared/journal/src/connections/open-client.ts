import { Client, type ClientConfig } from 'pg'
import { type Connection, connectionSettings } from './connection-settings.ts'

/** A close that the server does not answer is cut off after this, ms. */
const CLOSE_MS_MAX = 500

/**
 * A client that is not connected yet, with the bounds of every connection except for `changes`. A connection that
 * breaks between two statements fails the next one, or emits `end`.
 */
export function openClient(connection: Connection, applicationName: string, changes: ClientConfig = {}): Client {
  const client = new Client({ ...connectionSettings(connection, applicationName), ...changes })
  client.on('error', () => undefined)
  return client
}

/** Close the connection; a server that does not answer is cut off after half a second. Never rejects. */
export async function closeClient(client: Client): Promise<void> {
  const timer = setTimeout(() => destroyClient(client), CLOSE_MS_MAX)
  await client.end().catch(() => undefined)
  clearTimeout(timer)
}

/** Send nothing more, and fail all unanswered statements. */
export function destroyClient(client: Client): void {
  client.connection.stream.destroy()
}
