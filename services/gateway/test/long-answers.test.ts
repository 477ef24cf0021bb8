import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { Clients } from '../src/clients/clients.ts'
import { writePieces } from '../src/clients/write-pieces.ts'
import { PlainHttp } from '../src/plain-http/plain-http.ts'
import { RequestClient } from '../testing/request-client.ts'

/* An answer that is longer than what all clients together may leave unread. */

const PIECE = 256 * 1024
const UNSENT_MAX = 8 * 1024 * 1024
const PENDING_MAX = 64 * 1024 * 1024
const undo: (() => void)[] = []
const failures: unknown[] = []
afterEach(() => {
  expect(failures.splice(0)).toEqual([])
  for (const run of undo.splice(0).toReversed()) run()
})

const piecesOf = (count: number): Buffer[] => Array.from({ length: count }, (_, i) => Buffer.alloc(PIECE, `${i},`))
const hashOf = (bytes: readonly Buffer[]): string => {
  const hash = createHash('sha256')
  for (const part of bytes) hash.update(part)
  return hash.digest('hex')
}

/** `/plain/N` and `/node/N` answer with N pieces, past Node and through it. */
async function serve() {
  const clients = new Clients({
    failed: (_operation, error) => failures.push(error),
    unsentBytesMax: UNSENT_MAX,
    pendingBytesMax: PENDING_MAX,
  })
  const pieces = (path: string): Buffer[] => piecesOf(Number(path.split('/')[2]))
  const server = createServer((request, response) => {
    const body = pieces(request.url ?? '')
    response.writeHead(200, { 'content-length': body.length * PIECE })
    writePieces(clients.of(request.socket), response, body, () => response.end())
  })
  const plain = new PlainHttp(server, {
    clients,
    route: ({ path }) => {
      if (!path.startsWith('/plain/')) return undefined
      const body = pieces(path)
      return (_request, respond) => respond(200, ['content-length', String(body.length * PIECE)], body)
    },
    peerOf: ({ remoteAddress = '' }) => remoteAddress,
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  undo.push(() => {
    plain.close()
    clients.close()
    server.closeAllConnections()
    server.close()
  })
  return { clients, port: (server.address() as AddressInfo).port }
}

interface Reader {
  readonly socket: Socket
  /** Ask, and read nothing. */
  readonly ask: (path: string) => void
  /** The body, when it is whole. */
  readonly body: (count: number) => Promise<Buffer[]>
}

async function reader(port: number): Promise<Reader> {
  const { socket } = new RequestClient(port)
  await once(socket, 'connect')
  socket.removeAllListeners('data')
  undo.push(() => socket.destroy())
  const ask = (path: string): void => void socket.pause().write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
  const body = async (count: number): Promise<Buffer[]> => {
    const parts: Buffer[] = []
    let missing = count * PIECE
    let head = ''
    for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      const end = head.includes('\r\n\r\n') ? 0 : chunk.indexOf('\r\n\r\n') + 4
      head += chunk.toString('latin1', 0, end)
      parts.push(chunk.subarray(end))
      if ((missing -= chunk.length - end) <= 0) break
    }
    return parts
  }
  return { socket, ask, body }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test.each(['plain', 'node'])('%s: a reader gets all of it, and its next request is answered after it', async (way) => {
  const { port, clients } = await serve()
  const count = (2 * UNSENT_MAX) / PIECE
  const { ask, body } = await reader(port)
  for (const pieces of [count, 1, count]) {
    ask(`/${way}/${pieces}`)
    expect(hashOf(await body(pieces))).toBe(hashOf(piecesOf(pieces)))
  }
  expect(clients.counters.unsent).toBe(0)
})

test.each(['plain', 'node'])('%s: what is not taken stays out of the socket, and others are answered', async (way) => {
  const { port, clients } = await serve()
  const count = (2 * UNSENT_MAX) / PIECE
  const slow = await reader(port)
  slow.ask(`/${way}/${count}`)
  const other = await reader(port)
  for (let i = 0; i < 20; i++) {
    other.ask(`/${way}/1`)
    expect(hashOf(await other.body(1))).toBe(hashOf(piecesOf(1)))
    expect(clients.unsentBytes).toBeLessThan(2 * 1024 * 1024)
    clients.sweep(performance.now())
  }
  expect(hashOf(await slow.body(count))).toBe(hashOf(piecesOf(count)))
  expect(clients.counters.unsent).toBe(0)
})

test('of readers that take nothing of very long answers those are cut off that leave the most', async () => {
  const { port, clients } = await serve()
  const mebibytes = (count: number): number => (count * 1024 * 1024) / PIECE
  const [most, less] = [await reader(port), await reader(port)]
  most.ask(`/plain/${mebibytes(56)}`)
  less.ask(`/plain/${mebibytes(16)}`)
  const closed = once(most.socket, 'close')
  while (clients.counters.unsent === 0) {
    await turn()
    clients.sweep(performance.now())
  }
  most.socket.resume()
  await closed
  expect(hashOf(await less.body(mebibytes(16)))).toBe(hashOf(piecesOf(mebibytes(16))))
  expect(clients.counters.unsent).toBe(1)
})
