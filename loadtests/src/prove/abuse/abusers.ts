import { connect, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import { loopback } from '../loopback.ts'

/** Report of a process of abusers at its end: how much of each kind was sent. */
export type AbuseTally = Readonly<Record<string, number>>

/** First number of the abusers' addresses, after those of the traders. */
const ADDRESSES_FROM = 256
const KNOCKS_FROM = 512
/** A client that is refused or cut comes back after this time. */
const AGAIN_MS = 100
const TICK_MS = 10
/** Bound on unsent bytes in this process, so that they do not slow it down. */
const UNSENT_MAX = 1_000_000

const NESTED_DEPTH = 5_000
const PARAMETERS = 5_000
const SLOW_BODY_MS = 500
const KNOCKS_PER_TICK = 10
/** Connections that one connecting client has open at a time. */
const KNOCKS_MAX = 1_000

const port = Number(process.argv[2])
const kind = process.argv[3]
const tally: Record<string, number> = {}
let nextAddress = kind === 'knocks' ? KNOCKS_FROM : ADDRESSES_FROM

function count(what: string, amount = 1): void {
  tally[what] = (tally[what] ?? 0) + amount
}

/** A WebSocket that always reconnects; `busy` is called every tick while it is open. */
function socket(path: string, what: string, busy: (socket: WebSocket) => void): void {
  const localAddress = loopback(nextAddress++)
  const open = (): void => {
    const own = new WebSocket(`ws://127.0.0.1:${port}${path}`, { localAddress, perMessageDeflate: false })
    const timer = setInterval(() => {
      if (own.readyState === WebSocket.OPEN && own.bufferedAmount < UNSENT_MAX) busy(own)
    }, TICK_MS)
    own.on('open', () => count(`${what}, connections`))
    own.on('error', () => undefined)
    own.on('close', () => {
      clearInterval(timer)
      setTimeout(open, AGAIN_MS)
    })
  }
  open()
}

/** A raw connection that always reconnects. */
function raw(what: string, begin: (socket: Socket) => () => void): void {
  const localAddress = loopback(nextAddress++)
  const open = (): void => {
    const own = connect({ host: '127.0.0.1', port, ...(localAddress !== undefined && { localAddress }) })
    let end = (): void => undefined
    own.on('connect', () => {
      count(`${what}, connections`)
      end = begin(own)
    })
    own.on('error', () => undefined)
    own.on('close', () => {
      end()
      setTimeout(open, AGAIN_MS)
    })
  }
  open()
}

/** Sends requests far past the limits, as fast as they are read. */
function flood(): void {
  const ping = JSON.stringify({ id: 1, method: 'ping' })
  socket('/ws-api/v3', 'pings', (own) => {
    for (let sent = 0; sent < 100; sent++) own.send(ping)
    count('pings', 100)
  })
}

/** Sends long frames with thousands of parameters, which count like short ones. */
function fat(): void {
  const names = Array.from({ length: PARAMETERS }, (_, index) => [`p${index}`, 'x'])
  const frame = JSON.stringify({ id: 1, method: 'ping', params: Object.fromEntries(names) })
  let tick = 0
  socket('/ws-api/v3', 'frames of thousands of parameters', (own) => {
    if (tick++ % 5 !== 0) return
    own.send(frame)
    count('frames of thousands of parameters')
  })
}

function nested(path: string): void {
  const deep = `${'['.repeat(NESTED_DEPTH)}${']'.repeat(NESTED_DEPTH)}`
  const frame = `{"id":1,"method":"ping","params":{"x":${deep}}}`
  let tick = 0
  socket(path, 'nested frames', (own) => {
    if (tick++ % 5 !== 0) return
    own.send(frame)
    count('nested frames')
  })
}

/** Sends requests for unknown paths, many in one packet. */
function unknownPaths(): void {
  const burst = 'GET /nothing/here HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(20)
  raw('unknown paths', (own) => {
    own.resume()
    const timer = setInterval(() => {
      if (own.writableLength > UNSENT_MAX) return
      own.write(burst)
      count('unknown paths', 20)
    }, TICK_MS)
    return () => clearInterval(timer)
  })
}

/** Requests a thousand candles again and again, and reads nothing. */
function deadReader(header: string): void {
  const path = '/api/v3/klines?symbol=BTCUSDT&interval=1s&limit=1000'
  const request = `GET ${path} HTTP/1.1\r\nHost: a\r\n${header}\r\n`
  raw('candles for dead readers', (own) => {
    own.pause()
    const timer = setInterval(() => {
      if (own.writableLength > UNSENT_MAX) return
      own.write(request)
      count('candles for dead readers')
    }, TICK_MS)
    return () => clearInterval(timer)
  })
}

/** Subscribes to everything and reads nothing. */
function deadSubscriber(): void {
  raw('dead subscribers', (own) => {
    own.pause()
    const streams = 'btcusdt@trade/btcusdt@depth@100ms/btcusdt@bookTicker'
    own.write(
      `GET /stream?streams=${streams} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'a'.repeat(22)}==\r\n\r\n`,
    )
    return () => undefined
  })
}

/** Sends a body one byte at a time. */
function slowBody(): void {
  raw('slow bodies', (own) => {
    own.resume()
    own.write('POST /api/v3/order HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n')
    const timer = setInterval(() => own.write('a'), SLOW_BODY_MS)
    return () => clearInterval(timer)
  })
}

/** Connects and disconnects, again and again. */
function comeAndGo(): void {
  socket('/ws-api/v3', 'visits', (own) => own.terminate())
}

/** Connects and resets, far more often than connections can be passed on. */
function knock(): void {
  const localAddress = loopback(nextAddress++)
  let open = 0
  setInterval(() => {
    for (let begun = 0; begun < KNOCKS_PER_TICK && open < KNOCKS_MAX; begun++) {
      const own = connect({ host: '127.0.0.1', port, ...(localAddress !== undefined && { localAddress }) })
      open++
      own.on('connect', () => {
        count('knocks')
        own.resetAndDestroy()
      })
      own.on('error', () => undefined)
      own.on('close', () => open--)
    }
  }, TICK_MS)
}

/**
 * Runs all of them except the connecting clients, which have a process of their own: the others would slow them down.
 */
function besiege(): void {
  for (let number = 0; number < 2; number++) {
    flood()
    fat()
    unknownPaths()
    deadSubscriber()
    comeAndGo()
  }
  for (let number = 0; number < 4; number++) {
    nested(number < 2 ? '/ws-api/v3' : '/ws')
    deadReader(number < 2 ? '' : 'TE: trailers\r\n')
    slowBody()
  }
}

if (kind === 'knocks') knock()
else besiege()

process.once('message', () => process.send?.(tally, () => process.exit(0)))
process.once('disconnect', () => process.exit(0))
