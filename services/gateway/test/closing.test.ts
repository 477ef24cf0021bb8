import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HttpDrain, letClientsCloseFirst } from '@uptick/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { Clients } from '../src/clients/clients.ts'
import { PlainHttp } from '../src/plain-http/plain-http.ts'
import { RawClient } from '../testing/raw-client.ts'

const NEVER_MS = 600_000

/** Answers plain requests past Node, and others as Node does; never the first to close in a drain. */
async function serve(): Promise<{ port: number; drain: HttpDrain }> {
  const server = createServer((_request, response) => response.end('by node'))
  const clients = new Clients({ failed: () => undefined })
  const plain = new PlainHttp(server, {
    clients,
    route: () => (_request, respond) => respond(200, ['content-length', '8'], 'by plain'),
    peerOf: ({ remoteAddress = '' }) => remoteAddress,
  })
  letClientsCloseFirst(server, NEVER_MS)
  const drain = new HttpDrain(server, { floorMs: 0, boundMs: NEVER_MS })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    plain.close()
    clients.close()
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, drain }
}

test.each([
  ['plain requests', 'by plain', 'Accept: */*'],
  ['others', 'by node', 'TE: trailers'],
])('who asks to close is closed with the answer, who is asked in a drain closes first: %s', async (_, text, header) => {
  const { port, drain } = await serve()
  const [asking, asked, later] = [new RawClient(port), new RawClient(port), new RawClient(port)]
  onTestFinished(() => void [asking, asked, later].map(({ socket }) => socket.destroy()))
  const request = (...more: string[]): string => ['GET / HTTP/1.1', 'Host: a', header, ...more, '', ''].join('\r\n')
  asking.socket.write(request())
  await asking.until(text)
  asking.socket.write(request('Connection: close'))
  await asking.closed()
  expect(asking.received).toContain('by node')
  drain.begin()
  for (const client of [asked, later]) {
    client.socket.write(request())
    expect(await client.until(text)).toMatch(/^connection: close\r$/im)
  }
  expect(asked.socket.readableEnded).toBe(false)
  asked.socket.end()
  await asked.closed()
})
