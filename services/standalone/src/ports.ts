import { createServer } from 'node:net'
import { freePort } from '@uptick/postgres'
import { errorCode, messageOf, Problem } from './problem.ts'

/** @throws Problem that says what to do when nobody can listen there */
export async function checkPort(host: string, port: number): Promise<void> {
  const server = createServer()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen({ host, port, exclusive: true }, resolve)
  try {
    await promise
  } catch (error) {
    throw new Problem(sentence(host, port, error))
  }
  await new Promise((done) => server.close(done))
}

/** As many different ports of 127.0.0.1 as asked for, free a moment ago, none of them `except`. */
export async function freePorts(count: number, except: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = await freePort()
    if (port !== except) ports.add(port)
  }
  return [...ports]
}

function sentence(host: string, port: number, error: unknown): string {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is taken: stop what listens there, or choose another one with --port.`
    case 'EACCES':
      return `Port ${port} may only be used by root: choose one above 1023 with --port.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is not an address of this machine: choose another one with --host.`
    default:
      return `Nobody can listen on port ${port} of ${host}: ${messageOf(error)}.`
  }
}
