import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { loopback } from '../loopback.ts'

/** Address number between those of traders and those of abusers. */
const ADDRESS = 255
const PAUSE_MS = 50
/** Longest wait of a client for a connection. */
const WAIT_MS_MAX = 5_000
const REQUEST = 'GET /api/v3/ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

/**
 * New clients connect one after the other until `stop`. Returns how long each waited for its answer and the end of its
 * connection, ms.
 *
 * @throws Error when a client is not answered
 */
export async function newcomers(port: number, stop: AbortSignal): Promise<readonly number[]> {
  const waits: number[] = []
  while (!stop.aborted) {
    waits.push(await visit(port))
    await delay(PAUSE_MS)
  }
  return waits
}

async function visit(port: number): Promise<number> {
  const began = performance.now()
  const localAddress = loopback(ADDRESS)
  const socket = connect({ host: '127.0.0.1', port, ...(localAddress !== undefined && { localAddress }) })
  let text = ''
  socket.on('data', (chunk) => (text += chunk.toString('latin1')))
  socket.on('error', () => undefined)
  socket.write(REQUEST)
  const timer = setTimeout(() => socket.destroy(), WAIT_MS_MAX)
  await new Promise((closed) => socket.once('close', closed))
  clearTimeout(timer)
  const waited = performance.now() - began
  if (text.startsWith('HTTP/1.1 200 ')) return waited
  throw new Error(`a new connection was not answered in ${Math.round(waited)} ms: ${text.split('\r\n', 1)[0]}`)
}
