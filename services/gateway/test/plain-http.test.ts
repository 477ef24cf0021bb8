import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HttpDrain } from '@uptick/runtime'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { Clients } from '../src/clients/clients.ts'
import { PlainHttp } from '../src/plain-http/plain-http.ts'
import { readPlainHead } from '../src/plain-http/plain-head.ts'
import type { PlainHandler, PlainRequest, Respond } from '../src/plain-http/plain-connection.ts'
import { RawClient } from '../testing/raw-client.ts'

const undo: (() => void)[] = []
const failures: unknown[] = []
afterEach(() => {
  expect(failures.splice(0)).toEqual([])
  for (const run of undo.splice(0).toReversed()) run()
})

/** A server that answers `/plain` past Node, and everything else, or what is not plain, as Node does. */
interface Served {
  readonly server: Server
  readonly plain: PlainHttp
  readonly drain: HttpDrain
  readonly port: number
  /** The next plain request and what answers it. */
  readonly arrived: () => Promise<[PlainRequest, Respond]>
}

async function serve(): Promise<Served> {
  const server = createServer({ keepAliveTimeout: 5_000 }, (request, response) => {
    void bodyOf(request).then((body) => response.end(`node ${request.method} ${request.url} ${body}`))
  })
  const waiting: ((arrival: [PlainRequest, Respond]) => void)[] = []
  const clients = new Clients({ failed: (_operation, error) => failures.push(error) })
  const handle: PlainHandler = (request, respond) => {
    const { path, method, query } = request.head
    if (path === '/failing') throw new Error('the handler failed')
    if (path === '/held') waiting.shift()?.([request, respond])
    else answer(respond, `plain ${method} ${query} ${request.body}`)
  }
  const plain = new PlainHttp(server, {
    clients,
    route: ({ path }) => (['/plain', '/held', '/failing'].includes(path) ? handle : undefined),
    peerOf: ({ remoteAddress = '' }) => remoteAddress,
  })
  const drain = new HttpDrain(server, { floorMs: 0, boundMs: 20_000, quietMs: 0, idleMs: 20 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  undo.push(() => {
    plain.close()
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { server, plain, drain, port, arrived: () => new Promise((resolve) => waiting.push(resolve)) }
}

function answer(respond: Respond, text: string): void {
  respond(200, ['content-type', 'text/plain', 'content-length', String(Buffer.byteLength(text))], text)
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

interface Echo {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Node alone, which says what it has read. */
async function echo(): Promise<{ port: number }> {
  const server = createServer((request, response) => {
    const { method, url, headers } = request
    void bodyOf(request).then((body) => response.end(`${JSON.stringify({ method, url, headers, body })}end`))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  undo.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port }
}

class Client extends RawClient {
  constructor(port: number) {
    super(port)
    undo.push(() => this.socket.destroy())
  }
}

const post = (path: string, body: string, ...headers: string[]): string =>
  [`POST ${path} HTTP/1.1`, 'Host: a', `Content-Length: ${Buffer.byteLength(body)}`, ...headers, '', body].join('\r\n')

test('plain requests are answered one after another, with the headers that Node writes', async () => {
  const { port } = await serve()
  const client = new Client(port)
  client.socket.write(post('/plain?q=1', 'höchst'))
  const text = await client.until('höchst')
  expect(text).toMatch(
    /^HTTP\/1\.1 200 OK\r\ncontent-type: text\/plain\r\ncontent-length: 22\r\nDate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\nplain POST q=1 höchst$/,
  )
  client.socket.write(post('/plain?q=1', 'zweite'))
  expect(await client.until('zweite')).toContain('plain POST q=1 zweite')
  client.socket.write('GET /plain HTTP/1.1\r\nHost: a\r\n\r\n')
  expect(await client.until('plain GET')).toContain('200 OK')
})

test('a request that arrives in pieces, however it is cut', async () => {
  const { port } = await serve()
  const client = new Client(port)
  const request = post('/plain', 'body-in-pieces')
  for (const cut of [1, 10, request.indexOf('\r\n\r\n') + 2, request.length - 14, request.length - 1]) {
    client.socket.write(request.slice(0, cut))
    await turn()
    client.socket.write(request.slice(cut))
    expect(await client.until('body-in-pieces')).toContain('plain POST')
  }
})

test.each([
  ['another path', post('/other', 'x'), 'node POST /other x'],
  [
    'chunks',
    'POST /plain HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n',
    'node POST /plain x',
  ],
  ['an expectation', post('/plain', 'x', 'Expect: 100-continue'), 'node POST /plain x'],
  ['a client that closes', post('/plain', 'x', 'Connection: close'), 'node POST /plain x'],
  ['garbage', 'garbage\r\n\r\n', '400 Bad Request'],
  ['another path behind a plain one', post('/plain', 'x') + post('/other', 'y'), 'node POST /other y'],
])('what is not plain is served by Node, and so is what follows: %s', async (_what, text, expected) => {
  const { port } = await serve()
  const client = new Client(port)
  client.socket.write(post('/plain', 'first'))
  await client.until('plain POST  first')
  client.socket.write(text)
  expect(await client.until(expected)).toContain('HTTP/1.1 ')
  client.socket.write(post('/plain', 'then'))
  if (!/closes|garbage/.test(_what)) await client.until('node POST /plain then')
})

test('a handler that fails ends its connection and no other', async () => {
  const { port, arrived } = await serve()
  const [good, bad] = [new Client(port), new Client(port)]
  bad.socket.write(post('/failing', 'x'))
  await bad.closed()
  expect(failures.splice(0)).toEqual([new Error('the handler failed')])
  const arrival = arrived()
  const late = new Client(port)
  late.socket.write(post('/held', 'x'))
  const [, respond] = await arrival
  respond(200, null as never, 'no headers')
  await late.closed()
  expect(failures.splice(0)).toMatchObject([{ name: 'TypeError' }])
  good.socket.write(post('/plain', 'x'))
  expect(await good.until('plain POST')).toContain('200 OK')
})

test('requests that come together are answered one after another', async () => {
  const { port, arrived } = await serve()
  const client = new Client(port)
  client.socket.write(post('/plain', 'a') + post('/plain', 'b') + post('/plain', 'c').slice(0, -1))
  expect(await client.until('plain POST  b')).toMatch(/plain POST {2}a[^]*plain POST {2}b$/)
  const arrival = arrived()
  client.socket.write(`c${post('/held', 'd')}`)
  expect(await client.until('plain POST  c')).toContain('200 OK')
  const [, respond] = await arrival
  client.socket.write(post('/plain', 'e'))
  client.socket.end(post('/plain', 'f'))
  await turn()
  answer(respond, 'held')
  expect(await client.until('plain POST  f')).toMatch(/held[^]*plain POST {2}e[^]*plain POST {2}f$/)
  await client.closed()
})

test('a part of a request that stays alone is left to Node', async () => {
  const { port, plain } = await serve()
  const client = new Client(port)
  client.socket.write('GET /plain HTTP/1.1\r\n')
  for (let seen = false; !seen || plain.open > 0; seen ||= plain.open > 0) await turn()
  client.socket.write('Host: a\r\n\r\n')
  expect(await client.until('node GET /plain')).toContain('200 OK')
})

test('what is read here is what Node reads', async () => {
  const { port } = await echo()
  const name = fc.constantFrom('x-mbx-apikey', 'Accept', 'origin', 'X-A', 'cookie', 'constructor', 'content-type')
  const value = fc.string({ unit: fc.constantFrom(...Array.from(' \t,;:="a1%+\x7f\x01é')), maxLength: 8 })
  const target = fc.string({ unit: fc.constantFrom(...Array.from('a/?&=%#;+.:@20')), maxLength: 10 })
  const body = fc.string({ unit: 'binary', maxLength: 20 })
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE')
  let plain = 0
  await fc.assert(
    fc.asyncProperty(
      method,
      target,
      fc.array(fc.tuple(name, value), { maxLength: 4 }),
      body,
      async (verb, at, all, text) => {
        const headers = all.map(([header, content]) => `${header}:${content}`)
        const head = [
          `${verb} /${at} HTTP/1.1`,
          'host: a',
          ...headers,
          `content-length: ${Buffer.byteLength(text)}`,
          '',
          '',
        ]
        const read = readPlainHead(head.join('\r\n'))
        if (!read) return
        plain++
        const client = new Client(port)
        client.socket.write(head.join('\r\n') + text)
        const seen = JSON.parse((await client.until('}end')).split('\r\n\r\n')[1]!.slice(0, -3)) as Echo
        client.socket.destroy()
        const url = read.query === '' && !seen.url.includes('?') ? read.path : `${read.path}?${read.query}`
        expect({ method: read.method, url, headers: { ...read.headers } }).toEqual({ ...seen, body: undefined })
        expect(seen.body).toBe(text)
      },
    ),
    { numRuns: 500 },
  )
  expect(plain).toBeGreaterThan(50)
})

test('an upgrade after plain requests', async () => {
  const { port, server } = await serve()
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => socket.send('hello'))
  const client = new WebSocket(`ws://127.0.0.1:${port}/ws`)
  const [data] = (await once(client, 'message')) as [Buffer]
  expect(data.toString()).toBe('hello')
  client.terminate()
})

test('a drain waits for the answer, asks to close, and counts what was served past Node', async () => {
  const { port, drain, arrived } = await serve()
  const [idle, busy] = [new Client(port), new Client(port)]
  idle.socket.write(post('/plain', 'x'))
  await idle.until('plain POST')
  const arrival = arrived()
  busy.socket.write(post('/held', 'a'))
  const [, respond] = await arrival
  const finished = drain.finish()
  idle.socket.write(post('/plain', 'y'))
  expect(await idle.until('plain POST')).toContain('Connection: close\r\n')
  await idle.closed()
  answer(respond, 'late')
  expect(await busy.until('late')).toContain('Connection: close\r\n')
  await busy.closed()
  expect(await finished).toMatchObject({
    ended: 'deserted',
    openAtBegin: 2,
    answered: 2,
    connectionsCut: 0,
    requestsCut: 0,
  })
})

test('a drain closes what was answered past Node and stays idle', async () => {
  const { port, drain } = await serve()
  const client = new Client(port)
  client.socket.write(post('/plain', 'x'))
  await client.until('plain POST')
  const report = await drain.finish()
  await client.closed()
  expect(report).toMatchObject({ ended: 'deserted', idleClosed: 1, requestsCut: 0 })
})

test('closing ends what is idle at once and the rest with its answer', async () => {
  const { port, plain, arrived } = await serve()
  const [idle, busy] = [new Client(port), new Client(port)]
  idle.socket.write(post('/plain', 'x'))
  await idle.until('plain POST')
  const arrival = arrived()
  busy.socket.write(post('/held', 'a'))
  const [, respond] = await arrival
  plain.close()
  await idle.closed()
  answer(respond, 'last')
  expect(await busy.until('last')).toContain('Connection: close\r\n')
  await busy.closed()
})
