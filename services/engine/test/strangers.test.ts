import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Command, CommandKind } from '@uptick/core'
import { createDatabase, type TestDatabase } from '@uptick/journal/testing'
import { CommandsFrame, encodeHello, LinkRole } from '@uptick/protocol'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { STRANGERS_MAX } from '../src/limits.ts'
import { startEngine, type RunningEngine } from './running-engine.ts'
import { TestGateway } from './test-gateway.ts'

/* A hostile machine on the network of the engines: it knows their addresses, and not their secret. */

let database: TestDatabase
let running: RunningEngine
const sockets: (Socket | WebSocket)[] = []

beforeAll(async () => {
  database = await createDatabase()
  running = await startEngine(database.url)
})

afterEach(() => {
  for (const socket of sockets.splice(0)) {
    if (socket instanceof WebSocket) socket.terminate()
    else socket.destroy()
  }
})

afterAll(async () => {
  await running.stop()
  await database.drop()
})

function dial(headers: Record<string, string> = {}): WebSocket {
  const socket = new WebSocket(running.url, { headers, perMessageDeflate: false })
  socket.on('error', () => undefined)
  sockets.push(socket)
  return socket
}

function dialBare(): Socket {
  const { hostname, port } = new URL(running.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  sockets.push(socket)
  return socket
}

function depositFrame(session: number): Buffer {
  const frame = new CommandsFrame().begin(session)
  const command = new Command()
  Object.assign(command, { kind: CommandKind.DEPOSIT, session, number: 1, account: 1, asset: 0, amount: 1_000_000n })
  frame.add(command)
  return frame.finish()
}

/** One more command of an operator goes through, so everything before it has been dealt with. */
async function operate(session: number): Promise<number> {
  const operator = await TestGateway.connect(running.url, session)
  sockets.push(operator.socket)
  operator.openSession()
  operator.send([{ kind: CommandKind.ADD_ACCOUNT, number: 1, text: `account of ${session}` }])
  await operator.untilReplied(1)
  return running.engine.leader!.exchange.sequence
}

test('a stranger that says HELLO and deposits is hung up on, and nothing is executed', async () => {
  const before = await operate(1)
  const stranger = dial()
  await once(stranger, 'open')
  const messages: unknown[] = []
  stranger.on('message', (data) => messages.push(data))
  stranger.send(encodeHello({ instance: 'stranger', session: 5, feedFrom: 1 }))
  stranger.send(depositFrame(5))
  const [code, reason] = await once(stranger, 'close')
  expect([code, String(reason)]).toEqual([1008, 'prove who you are first'])
  expect(messages).toEqual([])
  // Opening the session and the account of the second operator, and no deposit.
  expect(await operate(2)).toBe(before + 2)
})

test.each(['http://evil.example', 'null', 'http://127.0.0.1'])(
  'the Origin %s is refused before anything is said',
  async (origin) => {
    const browser = dial({ origin })
    const [, response] = await once(browser, 'unexpected-response')
    expect(response.statusCode).toBe(403)
  },
)

test('a gateway’s link cannot deposit', async () => {
  const gateway = await TestGateway.connect(running.url, 77, 1, LinkRole.GATEWAY)
  gateway.openSession()
  await gateway.untilReplied(0)
  gateway.send([{ kind: CommandKind.DEPOSIT, number: 1, account: 1, asset: 0, amount: 1n }])
  await gateway.until(() => gateway.closed !== undefined)
  expect(gateway.closed?.code).toBe(1008)
  expect(gateway.replies.has(1)).toBe(false)
})

test('a message that is longer than a handshake is not collected', async () => {
  const stranger = dial()
  await once(stranger, 'open')
  // Within what a link may send, and more than the kernels between take.
  const failed = new Promise<Error | undefined>((resolve) => stranger.send(Buffer.alloc(24 << 20), resolve))
  await once(stranger, 'close')
  expect(await failed).toBeInstanceOf(Error)
})

test('crowds of strangers, silent, slow and half-open, keep no member out', async () => {
  const crowd = Array.from({ length: 6 * STRANGERS_MAX }, (_, place) => {
    if (place % 3 === 0) return dial()
    const socket = dialBare()
    if (place % 3 === 1) socket.write('GET /link HTTP/1.1\r\nhost: engine\r\n')
    return socket
  })
  const closed = crowd.map((socket) => once(socket, 'close'))
  expect(await operate(3)).toBeGreaterThan(0)
  // All of them are gone after a bounded time, without a word of theirs.
  await Promise.all(closed)
  expect(await operate(4)).toBeGreaterThan(0)
})
