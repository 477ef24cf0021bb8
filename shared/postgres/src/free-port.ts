import { createServer, type AddressInfo } from 'node:net'

/** A TCP port of `host` that was free a moment ago. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer()
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.once('error', reject)
  server.listen(0, host, () => resolve((server.address() as AddressInfo).port))
  const port = await promise
  await new Promise((done) => server.close(done))
  return port
}
