import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseRequest, signedPayload, type WsRequest } from './request.ts'

const read = (params: string, id = '1'): WsRequest =>
  parseRequest(`{"id":${id},"method":"order.place","params":${params}}`) as WsRequest

describe('a request of the WebSocket API', () => {
  test('signs as the documented example does', () => {
    const { params } = read(`{"timestamp":1645423376532,"symbol":"BTCUSDT","side":"SELL","type":"LIMIT",
      "timeInForce":"GTC","quantity":"0.01000000","price":"52000.00","recvWindow":100,"signature":"later",
      "apiKey":"vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"}`)
    const secret = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j'
    const signature = createHmac('sha256', secret).update(signedPayload(params)).digest('hex')
    expect(signature).toBe('aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24')
  })

  test('keeps the text of numbers, booleans and arrays as it was sent', () => {
    const { params } = read('{"b":1.0,"a":1e-05,"c":false,"d":["A","B"],"e":9007199254740993,"f":null,"g":"ü"}')
    expect(signedPayload(params)).toBe('a=1e-05&b=1.0&c=false&d=["A","B"]&e=9007199254740993&g=ü')
  })

  test.each(['1', '-5', '9007199254740993', '"0f3c"', '"6f9619ff-8b86-d011-b42d-00cf4fc964ff"', 'null'])(
    'echoes the id %s',
    (id) => expect(read('{}', id).id).toBe(id),
  )

  test('takes v3/ before the method, and no params', () => {
    expect(parseRequest('{"id":1,"method":"v3/ping"}')).toMatchObject({ method: 'ping' })
    expect(parseRequest('{"method":"ping","params":null}')).toMatchObject({ id: 'null', method: 'ping' })
  })

  test.each([
    ['{', -1135],
    ['[]', -1135],
    ['"x"', -1135],
    ['{"id":1}', -1102],
    ['{"id":1,"method":5}', -1102],
    ['{"id":1,"method":"ping","params":[]}', -1135],
    ['{"id":1,"method":"ping","params":"x"}', -1135],
    ['{"id":[],"method":"ping"}', -1100],
    ['{"id":1.5,"method":"ping"}', -1100],
    [`{"id":"${'x'.repeat(40)}","method":"ping"}`, -1100],
    ['{"id":1,"method":"order.place","params":{"side":"BUY","side":"SELL"}}', -1101],
    ['{"id":1,"method":"order.place","params":{"side":"BUY","side":"BUY"}}', -1101],
    ['{"id":1,"method":"order.place","params":{"side":null,"side":"BUY"}}', -1101],
    [String.raw`{"id":1,"method":"order.place","params":{"side":"BUY","s\u0069de":"SELL"}}`, -1101],
    ['{"id":1,"method":"order.place","params":{"__proto__":1,"__proto__":2}}', -1101],
    ['{"id":1,"method":"order.place","params":{"a":[{"b":1,"b":2}]}}', -1101],
    ['{"id":1,"method":"ping","method":"order.place"}', -1101],
    ['{"id":1,"method":"ping","params":{},"params":{}}', -1101],
    ['{"id":1,"id":2,"method":"ping"}', -1101],
  ])('%s is refused with %i', (text, code) => expect(parseRequest(text)).toMatchObject({ error: { code } }))

  test('may have the same name in different objects, and colons in texts', () => {
    expect(read('{"a:":"b:c","b":[{"a":":"},{"a":1}],"id":2,"method":3}').params.get('b')).toBe('[{"a":":"},{"a":1}]')
  })

  test('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseRequest(text)).toHaveProperty('id')
        expect(parseRequest(`{"id":1,"method":"ping","params":${text}}`)).toHaveProperty('id')
      }),
    )
  })
})
