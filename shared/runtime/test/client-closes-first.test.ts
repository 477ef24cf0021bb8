import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { letClientsCloseFirst } from '../src/index.ts'

const NEVER_MS = 600_000
const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** Port of a server that closes after each answer, and whose clients have `patienceMs` to do so, if given. */
async function serve(patienceMs?: number): Promise<number> {
  const server = createServer((request, response) => {
    response.setHeader('connection', 'close')
    request.resume().on('end', () => response.end('done'))
  })
  if (patienceMs !== undefined) letClientsCloseFirst(server, patienceMs)
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

/** Send a request, and read the answer; the connection is not ended here. */
async function ask(port: number, request = REQUEST): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  let received = ''
  socket.on('data', (chunk) => (received += chunk.toString('latin1')))
  socket.write(request)
  while (!received.includes('done')) await once(socket, 'data')
  expect(received).toMatch(/^connection: close\r$/im)
  return socket
}

async function ended(socket: Socket): Promise<void> {
  if (!socket.readableEnded) await once(socket, 'end')
}

test('a client that closes when it has its answer is the first to do so', async () => {
  const port = await serve(NEVER_MS)
  const first = await ask(port)
  // Whatever the server had done to the first connection would have come before the answer on a later one.
  const second = await ask(port)
  expect([first.readableEnded, second.readableEnded]).toEqual([false, false])
  first.end()
  await once(first, 'end')
  second.end()
  await once(second, 'end')
})

test('one that waits for the server gets its end', async () => {
  const socket = await ask(await serve(1))
  await ended(socket)
  expect(socket.readableEnded).toBe(true)
  socket.end()
})

test('without it the server is the first', async () => {
  const socket = await ask(await serve())
  await ended(socket)
  expect(socket.readableEnded).toBe(true)
  socket.end()
})

test('one that has sent its end with the request is not waited for', async () => {
  const port = await serve(NEVER_MS)
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.end(REQUEST).resume()
  await ended(socket)
  expect(socket.readableEnded).toBe(true)
})

test.each([
  ['close', 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ['close among others', 'GET / HTTP/1.1\r\nHost: x\r\nConnection: TE, Close\r\n\r\n'],
  ['close twice', 'GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n'],
  ['HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n'],
])('one that has asked for the end (%s) gets it with the answer', async (_what, request) => {
  const socket = await ask(await serve(NEVER_MS), request)
  await ended(socket)
  expect(socket.readableEnded).toBe(true)
  socket.end()
})

test('HTTP/1.0 with keep-alive has not asked for it', async () => {
  const port = await serve(NEVER_MS)
  const first = await ask(port, 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
  const second = await ask(port)
  expect(first.readableEnded).toBe(false)
  for (const socket of [first, second]) socket.end()
  await Promise.all([ended(first), ended(second)])
})
