import { CommandKind } from '@uptick/core'
import { LinkRole } from '@uptick/protocol'
import * as fc from 'fast-check'
import { linkFrames } from './link-frames.ts'
import { damaged, heavyJson, json, names, oneOf, values } from './words.ts'

/** The content that one hostile connection sends, as data that can be printed and reduced. */
export type Input =
  /** Bytes to the public port (latin1), in pieces. */
  | { readonly kind: 'http'; readonly text: string; readonly pieces: number; readonly reads: boolean }
  /** A handshake at the public port, then text frames; `signed` ones get key, time and signature. */
  | { readonly kind: 'webSocket'; readonly path: string; readonly frames: readonly Frame[] }
  /** A handshake, then bytes in place of WebSocket frames (latin1). */
  | { readonly kind: 'rawFrames'; readonly path: string; readonly bytes: string }
  /** A link to the engine, by a stranger or by a peer with the secret, then binary messages (latin1). */
  | { readonly kind: 'link'; readonly role: LinkRole | undefined; readonly frames: readonly string[] }

export interface Frame {
  readonly text: string
  readonly isSigned: boolean
  readonly isBinary: boolean
}

const methods = oneOf(
  'ping|time|exchangeInfo|depth|trades.recent|klines|uiKlines|ticker.24hr|order.place|order.test' +
    '|order.cancel|order.status|order.cancelReplace|order.amend.keepPriority|account.status' +
    '|openOrders.status|openOrders.cancelAll|allOrders|myTrades|session.logon|session.status' +
    '|userDataStream.subscribe|userDataStream.subscribe.signature|userDataStream.unsubscribe|v3/ping|',
)
const controls = fc.constantFrom('SUBSCRIBE', 'UNSUBSCRIBE', 'LIST_SUBSCRIPTIONS', 'SET_PROPERTY', 'GET_PROPERTY', 'X')
const streams = oneOf(
  'btcusdt@trade|btcusdt@depth|btcusdt@depth@100ms|btcusdt@kline_1m|!ticker@arr|btcusdt@avgPrice' +
    '|btcusdt@trade:0|btcusdt@trade:9007199254740991|@||btcusdt@kline_1m@+08:00|__proto__@trade',
)

const object = fc
  .array(fc.tuple(names, json), { maxLength: 8 })
  // Half of them have a duplicate name.
  .chain((fields) => fc.constantFrom(fields, [...fields, ...fields.slice(0, 1)]))
  .map((fields) => `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`)
const id = fc.oneof(fc.constantFrom('1', '"a"', 'null', '-1', '{}', '1.5'), heavyJson)
const request = fc
  .tuple(id, methods, fc.oneof({ weight: 5, arbitrary: object }, json))
  .map(([text, method, params]) => `{"id":${text},"method":${JSON.stringify(method)},"params":${params}}`)
const list = fc
  .array(
    fc.oneof(
      streams.map((name) => JSON.stringify(name)),
      json,
    ),
    { maxLength: 6 },
  )
  .map((all) => `[${all.join(',')}]`)
const control = fc
  .tuple(id, controls, fc.oneof({ weight: 5, arbitrary: list }, json))
  .map(([text, method, params]) => `{"id":${text},"method":"${method}","params":${params}}`)
const frame = fc.record({
  text: fc.oneof({ weight: 4, arbitrary: request }, { weight: 3, arbitrary: control }, json, damaged(request)),
  isSigned: fc.boolean(),
  isBinary: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
})

const query = fc
  .array(fc.tuple(names, values), { maxLength: 6 })
  .map((all) => all.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&'))
const socketPath = fc.oneof(
  fc.constantFrom('/ws-api/v3', '/ws', '/stream', '/ws/btcusdt@trade', '/stream?streams=btcusdt@depth/!ticker@arr'),
  query.map((text) => `/ws-api/v3?${text}`),
  query.map((text) => `/ws?sequence=true&${text}`),
)

const paths = oneOf(
  'ping|time|exchangeInfo|depth|trades|aggTrades|klines|ticker/24hr|ticker/price|account|order' +
    '|order/test|order/cancelReplace|order/amend/keepPriority|openOrders|allOrders|myTrades|nothing' +
    '|..|%zz|order//|',
)
const header = fc.oneof(
  oneOf(
    'Connection: close|Connection: keep-alive, te|TE: trailers|Expect: 100-continue|Origin: http://a' +
      '|Content-Length: 5|Content-Length: 99999|Content-Length: -1|Transfer-Encoding: chunked' +
      '|X: y\r\n z|Upgrade: websocket|Upgrade: h2c|Accept: application/sbe' +
      '|Content-Type: application/json|X-MBX-APIKEY: a|X-MBX-TIME-UNIT: x|X-Uptick-Idempotent: 1' +
      '|Transfer-Encoding : chunked|X-Forwarded-For: 1.2.3.4|: x',
  ),
  fc.tuple(fc.string(), fc.string()).map(([name, value]) => `${name}: ${value}`),
)
const body = fc.oneof(query, fc.constantFrom('', '5\r\nhello\r\n0\r\n\r\n', 'ffffffff\r\n', '0\r\n\r\n'), heavyJson)
const httpRequest = fc
  .tuple(
    fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'X'),
    paths,
    query,
    fc.array(header, { maxLength: 4 }),
    body,
  )
  .chain(([method, path, text, headers, content]) =>
    fc.boolean().map((hasLength) => {
      const length = hasLength ? [`Content-Length: ${Buffer.byteLength(content, 'latin1')}`] : []
      const lines = [`${method} /api/v3/${path}?${text} HTTP/1.1`, 'Host: a', ...headers, ...length]
      return `${lines.join('\r\n')}\r\n\r\n${content}`
    }),
  )
const http = fc.oneof(
  { weight: 5, arbitrary: httpRequest },
  { weight: 2, arbitrary: damaged(httpRequest) },
  {
    weight: 1,
    arbitrary: fc.tuple(httpRequest, fc.integer({ min: 2, max: 300 })).map(([text, times]) => text.repeat(times)),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
)

/** Inputs of every kind. */
export const inputs: fc.Arbitrary<Input> = fc.oneof(
  fc.record({
    kind: fc.constant('http' as const),
    text: http,
    pieces: fc.integer({ min: 1, max: 5 }),
    reads: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  }),
  fc.record({
    kind: fc.constant('webSocket' as const),
    path: socketPath,
    frames: fc.array(frame, { minLength: 1, maxLength: 6 }),
  }),
  fc.record({
    kind: fc.constant('rawFrames' as const),
    path: socketPath,
    bytes: fc.oneof(damaged(request.map((text) => maskedFrame(text))), fc.string({ unit: 'binary', maxLength: 200 })),
  }),
  fc.record({
    kind: fc.constant('link' as const),
    role: fc.constantFrom(undefined, ...Object.values(LinkRole)),
    frames: fc.array(linkFrames(Object.values(CommandKind)), { minLength: 1, maxLength: 4 }),
  }),
)

function encoded(text: string): string {
  try {
    return encodeURIComponent(text)
  } catch {
    return '%ED%A0%80'
  }
}

/** A client's text frame as its bytes, with a mask of zeros. */
function maskedFrame(text: string): string {
  const length = Math.min(text.length, 65_535)
  const head = length < 126 ? [0x81, 0x80 | length] : [0x81, 0xfe, length >> 8, length & 255]
  return Buffer.from([...head, 0, 0, 0, 0]).toString('latin1') + text.slice(0, length)
}
