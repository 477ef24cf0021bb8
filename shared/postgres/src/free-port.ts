import assert from 'node:assert/strict'
import { createServer } from 'node:net'

/** A TCP port of `host` that was free a moment ago. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(0, host, resolve)
  await promise
  const address = server.address()
  await new Promise((done) => server.close(done))
  assert(typeof address === 'object' && address !== null)
  return address.port
}
