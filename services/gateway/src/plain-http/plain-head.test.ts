import { expect, test } from 'vitest'
import { readPlainHead } from './plain-head.ts'

const lines = (...all: string[]): string => `${all.join('\r\n')}\r\n\r\n`

test('a plain head is taken apart', () => {
  const text = lines(
    'POST /api/v3/order?a=1&b=%20 HTTP/1.1',
    'Host: example.org',
    'X-MBX-APIKEY:\tkey ',
    'Connection: Keep-Alive',
    'Content-Length: 12',
  )
  expect(readPlainHead(text)).toEqual({
    text,
    method: 'POST',
    path: '/api/v3/order',
    query: 'a=1&b=%20',
    headers: { host: 'example.org', 'x-mbx-apikey': 'key', connection: 'Keep-Alive', 'content-length': '12' },
    length: 12,
  })
})

test('without a body the length is 0', () => {
  expect(readPlainHead(lines('GET /api/v3/ping HTTP/1.1', 'host: a'))).toMatchObject({ query: '', length: 0 })
})

test.each([
  ['no host', lines('GET / HTTP/1.1', 'accept: */*')],
  ['no header at all', 'GET / HTTP/1.1\r\n\r\n'],
  ['HTTP/1.0', lines('GET / HTTP/1.0', 'host: a')],
  ['another method', lines('HEAD / HTTP/1.1', 'host: a')],
  ['an absolute target', lines('GET http://a/ HTTP/1.1', 'host: a')],
  ['a target with a blank', lines('GET /a b HTTP/1.1', 'host: a')],
  ['a header twice', lines('GET / HTTP/1.1', 'host: a', 'Host: b')],
  ['two lengths', lines('POST / HTTP/1.1', 'host: a', 'content-length: 1', 'content-length: 2')],
  ['a list of lengths', lines('POST / HTTP/1.1', 'host: a', 'content-length: 1, 1')],
  ['a signed length', lines('POST / HTTP/1.1', 'host: a', 'content-length: +1')],
  ['a hexadecimal length', lines('POST / HTTP/1.1', 'host: a', 'content-length: 0x1')],
  ['an empty length', lines('POST / HTTP/1.1', 'host: a', 'content-length:')],
  ['a long body', lines('POST / HTTP/1.1', 'host: a', 'content-length: 100000')],
  ['chunks', lines('POST / HTTP/1.1', 'host: a', 'transfer-encoding: chunked')],
  ['chunks and a length', lines('POST / HTTP/1.1', 'host: a', 'content-length: 1', 'Transfer-Encoding: chunked')],
  ['a blank before the colon', lines('POST / HTTP/1.1', 'host: a', 'transfer-encoding : chunked')],
  ['a folded line', lines('POST / HTTP/1.1', 'host: a', 'x: y', ' content-length: 3')],
  ['a bare line feed', 'POST / HTTP/1.1\r\nhost: a\ncontent-length: 3\r\n\r\n'],
  ['a bare carriage return', lines('POST / HTTP/1.1', 'host: a\rcontent-length: 3')],
  ['a NUL', lines('POST / HTTP/1.1', 'host: a\0')],
  ['a letter past ASCII', lines('POST / HTTP/1.1', 'host: ä')],
  ['an upgrade', lines('GET / HTTP/1.1', 'host: a', 'upgrade: websocket')],
  ['an expectation', lines('POST / HTTP/1.1', 'host: a', 'expect: 100-continue')],
  ['a client that closes', lines('GET / HTTP/1.1', 'host: a', 'connection: close')],
  ['a connection header that names others', lines('GET / HTTP/1.1', 'host: a', 'connection: keep-alive, te')],
  ['a body of a GET', lines('GET / HTTP/1.1', 'host: a', 'content-length: 1')],
])('%s is for a full parser', (_what, text) => {
  expect(readPlainHead(text)).toBeUndefined()
})

test('names that objects have are headers like any other', () => {
  const { headers } = readPlainHead(lines('GET / HTTP/1.1', 'host: a', '__proto__: x', 'constructor: y'))!
  expect(Object.entries(headers)).toEqual([
    ['host', 'a'],
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ])
})
