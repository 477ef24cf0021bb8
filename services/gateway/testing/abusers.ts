import { connect, type Socket } from 'node:net'
import { WebSocket } from 'ws'

/*
 * Abusers as a process of their own, each from an address of its own in 127/8: `node abusers.ts PORT`. Each sends up to 20,000
 * messages a second, and whatever is closed comes back.
 */
const port = Number(process.argv[2])
const BACK_MS = 5
const BURST = 200
const BETWEEN_MS = 10
/** Bytes that an abuser leaves in its own buffers. */
const WRITTEN_BYTES_MAX = 1024 * 1024

process.on('disconnect', () => process.exit())

let addresses = 1
const nextAddress = (): string => `127.0.${addresses >> 8}.${(addresses++ & 255) + 2}`

/** Dial, and dial again when it is over. */
function http(attack: (socket: Socket) => void): void {
  const localAddress = nextAddress()
  const dial = (): void => {
    const socket = connect({ port, host: '127.0.0.1', localAddress })
    socket.on('error', () => undefined)
    socket.on('connect', () => attack(socket))
    socket.on('close', () => setTimeout(dial, BACK_MS))
  }
  dial()
}

function webSocket(path: string, attack: (socket: WebSocket) => void): void {
  const localAddress = nextAddress()
  const dial = (): void => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { localAddress })
    socket.on('error', () => undefined)
    socket.on('open', () => attack(socket))
    socket.on('close', () => setTimeout(dial, BACK_MS))
  }
  dial()
}

/** As fast as the other side takes it, within the rate. */
function flood(socket: WebSocket, send: () => void): void {
  const timer = setInterval(() => {
    for (let sent = 0; sent < BURST && socket.bufferedAmount < WRITTEN_BYTES_MAX; sent++) send()
  }, BETWEEN_MS)
  socket.once('close', () => clearInterval(timer))
}

function pour(socket: Socket, text: string): void {
  socket.resume()
  const timer = setInterval(() => {
    for (let sent = 0; sent < BURST && socket.writableLength < WRITTEN_BYTES_MAX; sent++) socket.write(text)
  }, BETWEEN_MS)
  socket.once('close', () => clearInterval(timer))
}

const wide = Array.from({ length: 5_000 }, (_, i) => `"a${i}":1`).join(',')
const deep = '['.repeat(5_000) + ']'.repeat(5_000)
const unknown = 'GET /api/v3/no/such/path HTTP/1.1\r\nhost: a\r\n\r\n'

for (let i = 0; i < 10; i++) {
  webSocket('/ws-api/v3', (socket) => flood(socket, () => socket.send('{"id":1,"method":"ping"}')))
}
for (let i = 0; i < 2; i++) {
  webSocket('/ws-api/v3', (socket) => flood(socket, () => socket.send(`{"id":1,"method":"ping","params":{${wide}}}`)))
  webSocket('/ws-api/v3', (socket) => flood(socket, () => socket.send(`{"id":1,"method":"ping","params":${deep}}`)))
  webSocket('/ws-api/v3', (socket) => flood(socket, () => socket.ping('x')))
  webSocket('/ws', (socket) => flood(socket, () => socket.send('{"id":1,"method":"LIST_SUBSCRIPTIONS"}')))
  http((socket) => pour(socket, unknown))
  http((socket) => pour(socket, 'GET /api/v3/exchangeInfo HTTP/1.1\r\nhost: a\r\n\r\n'))
  // One after the other, each after the answer to the last.
  http((socket) => socket.on('data', () => socket.write(unknown)).write(unknown))
  http((socket) => pour(socket, 'no HTTP at all\r\n\r\n'))
  // Asks and never reads.
  http((socket) => {
    socket.pause()
    for (let sent = 0; sent < BURST; sent++) socket.write('GET /api/v3/exchangeInfo HTTP/1.1\r\nhost: a\r\n\r\n')
  })
}
