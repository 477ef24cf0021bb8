/* oxlint-disable typescript/no-non-null-assertion -- the bench has made what it reads. */
import { createHmac } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { createHistogram } from 'node:perf_hooks'

/**
 * A lean load generator for signed orders over HTTP/1.1 keep-alive. It is a process of its own, so that server and
 * generator each have an event loop. General tools spend more on parsing a response than either server spends on making
 * it, so they would measure themselves. This one reads the status and the length and nothing else.
 *
 * Environment: LOAD_PORT, LOAD_KEY, LOAD_SECRET, LOAD_CONNECTIONS, LOAD_SECONDS, LOAD_SYMBOL, LOAD_PRICE,
 * LOAD_QUANTITY; LOAD_RATE (requests a second, open loop: latency counts from the intended time) or 0 for as fast as
 * replies come. Prints one JSON line, `LoadReport`.
 */
export interface LoadReport {
  readonly requests: number
  readonly failed: number
  readonly seconds: number
  readonly perSecond: number
  /** Mean length of a reply's body, bytes. */
  readonly bodyBytes: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Processor time of this process for each request, µs. */
  readonly cpuUs: number
  /** The first body that was not a success, for the message of a failed run. */
  readonly firstFailure: string
}

const settings = {
  port: Number(process.env['LOAD_PORT']),
  key: process.env['LOAD_KEY'] ?? '',
  secret: process.env['LOAD_SECRET'] ?? '',
  connections: Number(process.env['LOAD_CONNECTIONS'] ?? 64),
  seconds: Number(process.env['LOAD_SECONDS'] ?? 5),
  rate: Number(process.env['LOAD_RATE'] ?? 0),
  symbol: process.env['LOAD_SYMBOL'] ?? 'BTCUSDT',
  price: process.env['LOAD_PRICE'] ?? '50000.00',
  quantity: process.env['LOAD_QUANTITY'] ?? '0.001',
}

const latency = createHistogram()
let sent = 0
let answered = 0
let failed = 0
let bodyBytes = 0
let firstFailure = ''
let running = true

/** Alternates a buy and a sell of the same size at the same price: the book holds no more orders than are in flight. */
function request(): string {
  const side = sent++ % 2 === 0 ? 'BUY' : 'SELL'
  const form =
    `symbol=${settings.symbol}&side=${side}&type=LIMIT&timeInForce=GTC&quantity=${settings.quantity}` +
    `&price=${settings.price}&recvWindow=60000&timestamp=${Date.now()}`
  const body = `${form}&signature=${createHmac('sha256', settings.secret).update(form).digest('hex')}`
  return (
    `POST /api/v3/order HTTP/1.1\r\nHost: 127.0.0.1\r\nX-MBX-APIKEY: ${settings.key}\r\n` +
    `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  )
}

interface Connection {
  readonly socket: Socket
  /** When the request in flight was due, ms; 0 when idle. */
  due: number
  text: string
}

const idle: Connection[] = []
const waiting: number[] = []

function send(connection: Connection, due: number): void {
  connection.due = due
  connection.socket.write(request())
}

function received(connection: Connection, chunk: string): void {
  const text = connection.text === '' ? chunk : connection.text + chunk
  const end = text.indexOf('\r\n\r\n')
  const length = end < 0 ? -1 : Number(/content-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? -1)
  if (end < 0 || length < 0 || text.length < end + 4 + length) {
    connection.text = text
    return
  }
  connection.text = ''
  answered++
  bodyBytes += length
  if (!text.startsWith('HTTP/1.1 200')) {
    failed++
    if (firstFailure === '') firstFailure = text.slice(end + 4, end + 400)
  }
  latency.record(Math.max(1, Math.round((performance.now() - connection.due) * 1000)))
  connection.due = 0
  if (!running) return
  if (settings.rate === 0) send(connection, performance.now())
  else if (waiting.length > 0) send(connection, waiting.shift()!)
  else idle.push(connection)
}

async function open(): Promise<Connection> {
  const socket = connect({ host: '127.0.0.1', port: settings.port, noDelay: true })
  socket.setEncoding('latin1')
  const connection: Connection = { socket, due: 0, text: '' }
  socket.on('data', (chunk: string) => received(connection, chunk))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return connection
}

const connections = await Promise.all(Array.from({ length: settings.connections }, open))
const began = performance.now()
const cpuBegan = process.cpuUsage()
if (settings.rate === 0) for (const connection of connections) send(connection, performance.now())
else idle.push(...connections)

let scheduled = 0
const pacer = setInterval(() => {
  if (settings.rate === 0) return
  const now = performance.now()
  const due = Math.floor(((now - began) / 1000) * settings.rate)
  for (; scheduled < due; scheduled++) {
    const intended = began + (scheduled * 1000) / settings.rate
    const connection = idle.pop()
    if (connection === undefined) waiting.push(intended)
    else send(connection, intended)
  }
}, 1)

await new Promise((resolve) => setTimeout(resolve, settings.seconds * 1000))
running = false
clearInterval(pacer)
const seconds = (performance.now() - began) / 1000
const cpu = process.cpuUsage(cpuBegan)
const report: LoadReport = {
  requests: answered,
  failed,
  seconds,
  perSecond: answered / seconds,
  bodyBytes: Math.round(bodyBytes / Math.max(1, answered)),
  p50Ms: latency.percentile(50) / 1000,
  p99Ms: latency.percentile(99) / 1000,
  cpuUs: (cpu.user + cpu.system) / Math.max(1, answered),
  firstFailure,
}
for (const connection of connections) connection.socket.destroy()
process.stdout.write(`${JSON.stringify(report)}\n`)
