import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Side } from '@uptick/core'
import { WebSocketServer } from 'ws'
import { SocketGateway } from '@uptick/gateway/testing/socket-gateway'
import { against, median, note, type Row } from './row.ts'
import { progress, quick, report } from './section.ts'
import { SocketCrowd } from './socket-crowd.ts'

/**
 * The cost of the gateway's streams compared with a bare broadcast of `ws`: a loop that sends the same bytes to the
 * same number of sockets. Figures are processor time of the sending thread, kernel included. The readers run in another
 * process.
 */
const SUBSCRIBERS = 1_000
const IDLE = quick ? 2_000 : 10_000
const ROUNDS = quick ? 40 : 200
const REPEATS = quick ? 1 : 3
const LEVELS = 20
const GOAL = 0.8
/** Id of the market that the streams are about. */
const SYMBOL = 0

interface Stream {
  readonly name: string
  readonly path: string
  /** Make the stream send one message. */
  readonly happen: (gateway: SocketGateway, round: number) => void
}

const streams: readonly Stream[] = [
  { name: 'trades', path: '/ws/btcusdt@trade', happen: trade },
  { name: 'trades, combined', path: '/stream?streams=btcusdt@trade', happen: trade },
  { name: 'trades, numbered', path: '/stream?streams=btcusdt@trade&sequence=true', happen: trade },
  { name: 'depth', path: '/ws/btcusdt@depth@100ms', happen: levels },
  { name: 'best prices', path: '/ws/btcusdt@bookTicker', happen: best },
]

function trade({ shard }: SocketGateway, round: number): void {
  shard.outcome((script) => script.trade(SYMBOL, 6_500_000 + round, 100_000))
}

function levels({ shard }: SocketGateway, round: number): void {
  shard.outcome((script) => {
    for (let i = 0; i < LEVELS; i++) script.level(SYMBOL, i % 2 ? Side.SELL : Side.BUY, 6_500_000 + i, 1 + round)
  })
}

function best({ shard }: SocketGateway, round: number): void {
  shard.outcome((script) => script.level(SYMBOL, Side.BUY, 6_500_000, 1 + round))
}

/** Seconds of processor time from `begin` until `isDone`, which is called as rarely as a stream's clock allows. */
async function cost(begin: () => void, isDone: () => boolean): Promise<number> {
  const began = process.threadCpuUsage()
  begin()
  for (await new Promise(setImmediate); !isDone();) await delay(5)
  await new Promise(setImmediate)
  const { user, system } = process.threadCpuUsage(began)
  return (user + system) / 1e6
}

/** A WebSocket server that does nothing but send. */
async function bareServer(): Promise<{ server: WebSocketServer; port: number }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  return { server, port: address.port }
}

function startGateway(): Promise<SocketGateway> {
  return SocketGateway.start({ limits: { connectionsPerFiveMinutes: 1_000_000 }, socketsPerAddressMax: 20_000 })
}

/** Deliveries per second of processor time, of the gateway and of the bare broadcast, alternately. */
async function fanOut({ path, happen }: Stream): Promise<{ own: number; bare: number }> {
  const gateway = await startGateway()
  const { server, port } = await bareServer()
  const [crowd, bareCrowd] = [new SocketCrowd(gateway.port), new SocketCrowd(port)]
  const listener = await gateway.dial(path)
  await crowd.open(path, SUBSCRIBERS - 1)
  await bareCrowd.open('/', SUBSCRIBERS)
  // The messages for new subscribers have been sent.
  await delay(1_500)
  const { counters } = gateway.sockets
  const seconds = { own: 0, bare: 0 }
  for (let round = 0; round < ROUNDS * REPEATS; round++) {
    const until = counters.sentMessages + SUBSCRIBERS
    listener.messages.length = 0
    const own = await cost(
      () => happen(gateway, round),
      () => counters.sentMessages >= until,
    )
    while (listener.messages.length === 0) await delay(1)
    const bytes = Buffer.from(JSON.stringify(listener.messages.at(-1)))
    const broadcast = (): void => {
      for (const client of server.clients) client.send(bytes, { binary: false })
    }
    const bare = await cost(broadcast, () => true)
    // The first rounds compile and warm up.
    if (round < ROUNDS / 10) continue
    seconds.own += own
    seconds.bare += bare
    await delay(2)
  }
  crowd.end()
  bareCrowd.end()
  for (const client of server.clients) client.terminate()
  server.close()
  await gateway.close()
  const rounds = ROUNDS * REPEATS - ROUNDS / 10
  return { own: (rounds * SUBSCRIBERS) / seconds.own, bare: (rounds * SUBSCRIBERS) / seconds.bare }
}

async function fanOutRows(stream: Stream): Promise<Row[]> {
  progress(`${stream.name} to ${SUBSCRIBERS} subscribers`)
  const { own, bare } = await fanOut(stream)
  const name = `${stream.name} to ${SUBSCRIBERS.toLocaleString('en-US')} subscribers`
  return [
    against(name, own, 'messages/s', { name: 'bare ws broadcast', value: bare }, GOAL),
    note(`${stream.name}: a message to one of them`, 1e6 / own, 'µs', 'lower'),
  ]
}

/** Bytes of this process that are in use, its buffers included. */
async function inUse(): Promise<number> {
  const readings: number[] = []
  for (let i = 0; i < 3; i++) {
    await delay(100)
    globalThis.gc?.()
    const { heapUsed, external } = process.memoryUsage()
    readings.push(heapUsed + external)
  }
  return median(readings)
}

/** Bytes that each of very many open sockets takes. */
async function memoryOfIdle(port: number, path: string): Promise<number> {
  const crowd = new SocketCrowd(port)
  // Memory that only the first few sockets take is not counted.
  await crowd.open(path, 100)
  await delay(1_500)
  const before = await inUse()
  await crowd.open(path, IDLE)
  await delay(1_500)
  const after = await inUse()
  await crowd.leave()
  crowd.end()
  return (after - before) / IDLE
}

async function memoryRows(): Promise<Row[]> {
  progress(`memory of ${IDLE} idle subscribers`)
  const { server, port } = await bareServer()
  const bare = await memoryOfIdle(port, '/')
  for (const client of server.clients) client.terminate()
  server.close()
  const rows: Row[] = []
  for (const [name, path] of [
    ['an idle subscriber of trades', '/ws/btcusdt@trade'],
    ['an idle subscriber of numbered trades', '/ws/btcusdt@trade?sequence=true'],
  ] as const) {
    const gateway = await startGateway()
    const own = await memoryOfIdle(gateway.port, path)
    await gateway.close()
    rows.push(against(`memory of ${name}`, own, 'bytes', { name: 'a bare ws connection', value: bare }, null, 'lower'))
  }
  return rows
}

const rows: Row[] = []
for (const stream of streams) rows.push(...(await fanOutRows(stream)))
rows.push(...(await memoryRows()))
report(rows)
process.exit()
