import { once } from 'node:events'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { AddressRanges, HttpDrain } from '@uptick/runtime'
import { afterEach, expect, test } from 'vitest'
import { ClientAddresses } from '../src/addresses/client-addresses.ts'
import { Clients } from '../src/clients/clients.ts'
import { ProxyEntrance } from '../src/entrance/proxy-entrance.ts'
import { PlainHttp } from '../src/plain-http/plain-http.ts'
import { proxyHeader, proxyLine } from '../testing/proxy-header.ts'
import { RequestClient } from '../testing/request-client.ts'

const undo: (() => unknown)[] = []
const failures: unknown[] = []
afterEach(async () => {
  expect(failures.splice(0)).toEqual([])
  for (const run of undo.splice(0).toReversed()) await run()
})

interface Guarded {
  readonly entrance: ProxyEntrance
  readonly drain: HttpDrain
  readonly server: HttpServer
  readonly port: number
}

/** Answers every request with its client's address, `/plain` past Node, behind the balancer 127.0.0.1. */
async function serve(headerMsMax?: number): Promise<Guarded> {
  const addresses = new ClientAddresses(AddressRanges.parse([]))
  const server = createHttpServer((request, response) => {
    const text = `node ${addresses.peerOf(request.socket)}`
    response.writeHead(200, { 'content-length': text.length }).end(text)
  })
  const clients = new Clients({ failed: (_operation, error) => failures.push(error) })
  const plain = new PlainHttp(server, {
    clients,
    route: ({ path }) =>
      path !== '/plain'
        ? undefined
        : ({ peer }, respond) => respond(200, ['content-length', String(peer.length + 6)], `plain ${peer}`),
    peerOf: (socket) => addresses.peerOf(socket),
  })
  const drain = new HttpDrain(server, { floorMs: 0, boundMs: 20_000, quietMs: 0, idleMs: 20 })
  const balancers = AddressRanges.parse(['127.0.0.1'])
  const entrance = new ProxyEntrance({ addresses, balancers, ...(headerMsMax !== undefined && { headerMsMax }) })
  entrance.guard(server)
  const port = await listen(server)
  undo.push(() => {
    plain.close()
    entrance.close()
    server.closeAllConnections()
    server.close()
  })
  return { entrance, drain, server, port }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function open(port: number, from?: string): Promise<RequestClient> {
  const client = new RequestClient(port, from)
  await once(client.socket, 'connect')
  undo.push(() => client.close())
  return client
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test.each([
  ['version 2', proxyHeader('192.0.2.7')],
  ['version 2 with a TLV', proxyHeader('192.0.2.7', 0x04, 0, 1, 0)],
  ['version 1', Buffer.from(proxyLine('192.0.2.7'))],
])('%s: both readers of HTTP see the client that was announced', async (_what, header) => {
  const { port, entrance } = await serve()
  for (const path of ['/plain', '/other']) {
    const client = await open(port)
    client.write(header)
    expect((await client.get(path)).body).toBe(`${path === '/plain' ? 'plain' : 'node'} 192.0.2.7`)
    expect((await client.get('/other')).body).toBe('node 192.0.2.7')
  }
  expect(entrance.counters).toEqual({ announced: 2, refused: 0 })
})

test('header and request in one packet, or in pieces of one byte', async () => {
  const { port } = await serve()
  const request = Buffer.from('GET /plain HTTP/1.1\r\nHost: a\r\n\r\n')
  const whole = await open(port)
  whole.write(Buffer.concat([proxyHeader('192.0.2.8'), request]))
  expect((await whole.answer()).body).toBe('plain 192.0.2.8')
  const pieces = await open(port)
  for (const byte of Buffer.concat([proxyHeader('192.0.2.9'), request])) {
    pieces.write(Buffer.from([byte]))
    await turn()
  }
  expect((await pieces.answer()).body).toBe('plain 192.0.2.9')
})

test('who is no balancer needs no header, and one that it sends is no request', async () => {
  const { port } = await serve()
  const direct = await open(port, '127.0.0.2')
  expect((await direct.get('/plain')).body).toBe('plain 127.0.0.2')
  const forger = await open(port, '127.0.0.2')
  forger.write(proxyLine('192.0.2.7'))
  expect((await forger.get('/plain')).status).toBe(400)
})

test.each([
  ['no header', 'GET /plain HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a broken one', Buffer.from('\r\n\r\n\0\r\nQUIT\n\x11', 'latin1')],
  ['one without an end', 'PROXY TCP4 192.0.2.7 '.padEnd(200, '1')],
])('a connection of a balancer with %s is closed', async (_what, bytes) => {
  const { port, entrance } = await serve()
  const client = await open(port)
  client.write(typeof bytes === 'string' ? bytes : Buffer.concat([bytes, Buffer.alloc(8)]))
  await client.closed()
  expect(entrance.counters).toEqual({ announced: 0, refused: 1 })
})

test('so is one whose header does not come in time, or that ends before', async () => {
  const { port, entrance } = await serve(50)
  const slow = await open(port)
  slow.write('PROXY ')
  await slow.closed()
  const short = await open(port)
  short.socket.end('PROXY ')
  await short.closed()
  expect(entrance.counters.refused).toBe(2)
  expect(entrance.waiting).toBe(0)
})

test('a connection that is passed on by another process has a header like any other', async () => {
  const { server } = await serve()
  const parent = createServer({ pauseOnConnect: true }, (socket: Socket) => void server.emit('connection', socket))
  const port = await listen(parent)
  undo.push(() => parent.close())
  const client = await open(port)
  client.write(proxyHeader('192.0.2.7'))
  expect((await client.get('/plain')).body).toBe('plain 192.0.2.7')
})

test('a drain does not take the header for a request', async () => {
  const { port, drain } = await serve()
  const client = await open(port)
  client.write(proxyHeader('192.0.2.7'))
  while (drain.connections.open === 0) await turn()
  expect(await drain.finish()).toMatchObject({ ended: 'deserted', idleClosed: 1, requestsCut: 0 })
  await client.closed()
})

test('TLS begins behind the header', async () => {
  const addresses = new ClientAddresses(AddressRanges.parse([]))
  const key = { psk: Buffer.alloc(32, 7), identity: 'test' }
  const ciphers = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const
  const server = createTlsServer({ ...ciphers, pskCallback: () => key.psk })
  let announced = ''
  server.prependListener('connection', (socket: Socket) => (announced = addresses.peerOf(socket)))
  server.on('secureConnection', (socket) => socket.end('hello'))
  new ProxyEntrance({ addresses, balancers: AddressRanges.parse(['127.0.0.1']) }).guard(server)
  const raw = await open(await listen(server))
  undo.push(() => server.close())
  raw.write(proxyHeader('192.0.2.7'))
  raw.socket.removeAllListeners('data')
  const client = connectTls({
    ...ciphers,
    socket: raw.socket,
    pskCallback: () => key,
    checkServerIdentity: () => undefined,
  })
  const [data] = (await once(client, 'data')) as [Buffer]
  expect(`${data.toString()} ${announced}`).toBe('hello 192.0.2.7')
})
