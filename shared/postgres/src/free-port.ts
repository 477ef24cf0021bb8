import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Below the range from which systems take the local ports of outgoing connections (32768 on Linux, 49152 elsewhere). A
 * server that is started again on a port of that range may find it taken: by any client's connection, even by one that
 * tried to reach the server itself and met its own local port.
 */
const LOWEST = 15_000
const HIGHEST = 32_767
const ATTEMPTS_MAX = 200

/** A TCP port of `host` that was free a moment ago and stays so while no process listens on it. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const port = randomInt(LOWEST, HIGHEST + 1)
    try {
      await listenOnce(host, port)
      return port
    } catch (error) {
      if (attempt >= ATTEMPTS_MAX) throw new Error(`no port of ${host} is free`, { cause: error })
    }
  }
}

async function listenOnce(host: string, port: number): Promise<void> {
  const server = createServer()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, host, resolve)
  await promise
  await new Promise((done) => server.close(done))
}
