import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { HttpDrain, type HttpDrainOptions } from '../src/index.ts'

const servers: Server[] = []
const clients: Client[] = []

afterEach(() => {
  for (const client of clients.splice(0)) client.socket.destroy()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(options: Partial<HttpDrainOptions>, listener: RequestListener) {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener)
  servers.push(server)
  const drain = new HttpDrain(server, { floorMs: 0, boundMs: 20_000, quietMs: 0, ...options })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { server, drain, port, client: () => Client.connect(port) }
}

/** A raw connection: what was received is seen as it came. */
class Client {
  readonly socket: Socket
  received = ''
  ended = false

  static async connect(port: number): Promise<Client> {
    const socket = connect({ port, host: '127.0.0.1' })
    await once(socket, 'connect')
    return new Client(socket)
  }

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk) => (this.received += chunk.toString('latin1')))
    socket.on('error', () => {})
    socket.on('close', () => (this.ended = true))
    clients.push(this)
  }

  send(path: string): void {
    this.socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}`)
  }

  async until(text: string): Promise<void> {
    while (!this.received.includes(text)) {
      if (this.ended) throw new Error(`closed before ${text}: ${this.received}`)
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'close')])
    }
  }

  async closed(): Promise<void> {
    if (!this.ended) await once(this.socket, 'close')
  }
}

/** Answers that the test gives itself, by path. */
function held(): { listener: RequestListener; arrived: (path: string) => Promise<() => void> } {
  const waiting = new Map<string, PromiseWithResolvers<() => void>>()
  const arrival = (path: string): PromiseWithResolvers<() => void> => {
    const known = waiting.get(path) ?? Promise.withResolvers<() => void>()
    waiting.set(path, known)
    return known
  }
  return {
    listener: (request, response) => {
      request.resume()
      const path = request.url ?? ''
      if (path.startsWith('/headers-first')) response.writeHead(200, { 'content-length': path.length }).flushHeaders()
      arrival(path).resolve(() => void response.end(path))
    },
    arrived: (path) => arrival(path).promise,
  }
}

const answer: RequestListener = (request, response) => void request.resume().on('end', () => response.end('done'))

test('a response in flight says close, and its connection ends after it', async () => {
  const { listener, arrived } = held()
  const { drain, client } = await serve({}, listener)
  const one = await client()
  one.send('/slow')
  const finish = await arrived('/slow')
  const report = drain.finish()
  finish()
  await one.until('/slow')
  expect(one.received).toContain('Connection: close')
  await one.closed()
  expect(await report).toMatchObject({ ended: 'deserted', openAtBegin: 1, answered: 1, idleClosed: 0, requestsCut: 0 })
})

test('a response whose headers had left keeps its word: the next one on its connection says close', async () => {
  const { listener, arrived } = held()
  const { drain, client } = await serve({}, listener)
  const one = await client()
  one.send('/headers-first')
  await one.until('\r\n\r\n')
  const report = drain.finish()
  ;(await arrived('/headers-first'))()
  await one.until('/headers-first')
  expect(one.received).toContain('Connection: keep-alive')
  one.send('/next')
  ;(await arrived('/next'))()
  await one.until('/next')
  expect(one.received).toContain('Connection: close')
  await one.closed()
  expect(await report).toMatchObject({ ended: 'deserted', answered: 2, idleClosed: 0 })
})

test('of pipelined requests only the last says close, so that all are answered', async () => {
  const { listener, arrived } = held()
  const { drain, client } = await serve({}, listener)
  const one = await client()
  one.send('/a')
  one.send('/b')
  const [a, b] = await Promise.all([arrived('/a'), arrived('/b')])
  const report = drain.finish()
  one.send('/c')
  const c = await arrived('/c')
  for (const finish of [c, b, a]) finish()
  await one.closed()
  expect(one.received.match(/\/[abc]/g)).toEqual(['/a', '/b', '/c'])
  expect(one.received.match(/Connection: [a-z-]+/g)).toEqual([
    'Connection: keep-alive',
    'Connection: keep-alive',
    'Connection: close',
  ])
  expect(await report).toMatchObject({ ended: 'deserted', answered: 3, requestsCut: 0 })
})

test('new connections are served until it is quiet, and the floor is kept', async () => {
  const { drain, client, server } = await serve({ floorMs: 200, quietMs: 100 }, answer)
  const report = drain.finish()
  const late = await client()
  late.send('/')
  await late.until('done')
  expect(late.received).toContain('Connection: close')
  expect(server.listening).toBe(true)
  const { milliseconds, ...rest } = await report
  expect(milliseconds).toBeGreaterThanOrEqual(199)
  expect(rest).toMatchObject({ ended: 'deserted', openAtBegin: 0, accepted: 1, answered: 1 })
  expect(server.listening).toBe(false)
})

test('a listener shared with others is left at once, connections are served on', async () => {
  const { drain, client, server } = await serve({ sharedListener: true }, answer)
  const one = await client()
  one.send('/')
  await one.until('done')
  drain.begin()
  expect(server.listening).toBe(false)
  one.send('/')
  await one.until('Connection: close')
  await one.closed()
  expect(await drain.finish()).toMatchObject({ ended: 'deserted', answered: 1, idleClosed: 0, requestsCut: 0 })
})

test('connections idle past the bound are not waited for, whether they ever sent a byte or not', async () => {
  const { drain, client } = await serve({ idleMs: 100 }, answer)
  const [silent, idle] = [await client(), await client()]
  idle.send('/')
  await idle.until('done')
  expect(await drain.finish()).toMatchObject({ ended: 'deserted', idleClosed: 2, connectionsCut: 0 })
  await Promise.all([silent.closed(), idle.closed()])
})

test('a request that has begun to arrive is waited for', async () => {
  const { drain, client } = await serve({ idleMs: 0 }, answer)
  const [one, other] = [await client(), await client()]
  one.socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-')
  // The other's answer tells that the first bytes of the one were read.
  other.send('/')
  await other.until('done')
  const report = drain.finish()
  other.send('/')
  await other.closed()
  one.socket.write('Length: 2\r\n\r\n{}')
  await one.until('done')
  expect(await report).toMatchObject({ ended: 'deserted', answered: 2, idleClosed: 0, requestsCut: 0 })
})

test('at the bound, quiet clients may still speak once; what hangs is cut', async () => {
  const { listener, arrived } = held()
  const { drain, client } = await serve({ boundMs: 400, finishMs: 300 }, listener)
  const [hanging, quiet] = [await client(), await client()]
  hanging.send('/never')
  await arrived('/never')
  quiet.send('/first')
  ;(await arrived('/first'))()
  await quiet.until('/first')
  const report = drain.finish()
  expect(await report).toMatchObject({ ended: 'bound', answered: 0, idleClosed: 1, connectionsCut: 1, requestsCut: 1 })
  await Promise.all([hanging.closed(), quiet.closed()])
})

test('in a hurry it ends at once, but an answer that is nearly there arrives', async () => {
  const { listener, arrived } = held()
  const { drain, client } = await serve({ floorMs: 60_000, boundMs: 60_000 }, listener)
  const [nearly, never, idle] = [await client(), await client(), await client()]
  nearly.send('/nearly')
  never.send('/never')
  const finish = await arrived('/nearly')
  await arrived('/never')
  const hurry = new AbortController()
  const report = drain.finish(hurry.signal)
  hurry.abort()
  finish()
  await nearly.until('/nearly')
  expect(await report).toMatchObject({
    ended: 'hurried',
    answered: 1,
    idleClosed: 1,
    connectionsCut: 1,
    requestsCut: 1,
  })
  await Promise.all([nearly.closed(), never.closed(), idle.closed()])
})

test.each([['before'], ['after']])('an upgraded connection belongs to another listener (added %s)', async (when) => {
  const server = createServer(answer)
  servers.push(server)
  const upgraded: Socket[] = []
  const upgrade = (): void => {
    server.on('upgrade', (_request, socket: Socket) => {
      upgraded.push(socket)
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n')
    })
  }
  if (when === 'before') upgrade()
  const drain = new HttpDrain(server, { floorMs: 0, boundMs: 20_000, quietMs: 0 })
  if (when === 'after') upgrade()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const one = await Client.connect((server.address() as AddressInfo).port)
  one.socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n')
  await one.until('101')
  expect(await drain.finish()).toMatchObject({ ended: 'deserted', openAtBegin: 0, idleClosed: 0, connectionsCut: 0 })
  expect(one.ended).toBe(false)
  for (const socket of upgraded) socket.destroy()
})

test('without a listener for upgrades, they go on being plain requests', async () => {
  const { client } = await serve({}, answer)
  const one = await client()
  one.socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n')
  await one.until('done')
  expect(one.received).toContain('200 OK')
})
