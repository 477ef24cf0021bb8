import { createServer } from 'node:net'
import { freePort } from '@uptick/postgres'
import { errorCode, messageOf, Problem } from '@uptick/commandline'

/** @throws Problem with advice when no process can listen there */
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

/**
 * Different free ports of 127.0.0.1 for `names`, none of them in `except`. Ports of `before` are kept while they are
 * free, so that what a user has set up with them works after a restart.
 */
export async function internalPorts<Name extends string>(
  names: readonly Name[],
  before: Readonly<Record<string, number>>,
  except: number,
): Promise<Record<Name, number>> {
  const taken = new Set([except])
  const entries: [Name, number][] = []
  for (const name of names) {
    let port = before[name] ?? 0
    while (taken.has(port) || port === 0 || !(await isFree(port))) port = await freePort()
    taken.add(port)
    entries.push([name, port])
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all names are entered
  return Object.fromEntries(entries) as Record<Name, number>
}

async function isFree(port: number): Promise<boolean> {
  try {
    await checkPort('127.0.0.1', port)
    return true
  } catch {
    return false
  }
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
      return `Port ${port} of ${host} cannot be listened on: ${messageOf(error)}.`
  }
}
