import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/*
 * Very many WebSockets that read and discard messages, in a process of their own, so that their cost is not measured.
 * Environment: SINK_PORT. A message `{ path, count }` opens so many at the path, and is answered when all are open;
 * `close` ends them all.
 */
const AT_ONCE = 50
const KEY = Buffer.alloc(16, 'uptick').toString('base64')
const HANDSHAKE = 'Host: sink\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'

const port = Number(process.env['SINK_PORT'])
let sockets: Socket[] = []

async function open(path: string): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' })
  sockets.push(socket)
  socket.write(`GET ${path} HTTP/1.1\r\n${HANDSHAKE}Sec-WebSocket-Key: ${KEY}\r\n\r\n`)
  const [first]: unknown[] = await once(socket, 'data')
  const head = String(first)
  if (!head.startsWith('HTTP/1.1 101')) throw new Error(head)
  socket.on('error', () => undefined)
  socket.resume()
}

async function openAll(path: string, count: number): Promise<void> {
  for (let opened = 0; opened < count; opened += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - opened) }, () => open(path)))
  }
}

process.on('message', (message: { readonly path: string; readonly count: number } | 'close') => {
  if (message === 'close') {
    for (const socket of sockets) socket.destroy()
    sockets = []
    process.send?.('closed')
  } else void openAll(message.path, message.count).then(() => process.send?.('open'))
})
process.on('disconnect', () => process.exit())
