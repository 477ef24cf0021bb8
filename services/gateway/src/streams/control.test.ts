import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { controlFailure, controlResult, parseControl } from './control.ts'

describe('a control frame', () => {
  test.each([
    ['{"method":"SUBSCRIBE","params":["a@trade"],"id":1}', { method: 'SUBSCRIBE', streams: ['a@trade'], id: '1' }],
    [
      '{"method":"UNSUBSCRIBE","params":["a","b"],"id":"x-1"}',
      { method: 'UNSUBSCRIBE', streams: ['a', 'b'], id: '"x-1"' },
    ],
    ['{"method":"LIST_SUBSCRIPTIONS","id":9007199254740993}', { method: 'LIST_SUBSCRIPTIONS', id: '9007199254740993' }],
    [
      '{"method":"SET_PROPERTY","params":["combined",true],"id":null}',
      { method: 'SET_PROPERTY', combined: true, id: 'null' },
    ],
    ['{"method":"GET_PROPERTY","params":["combined"]}', { method: 'GET_PROPERTY' }],
  ])('%s is understood', (text, request) => expect(parseControl(text)).toEqual(request))

  test.each([
    ['{', 3],
    ['', 3],
    ['['.repeat(50_000), 3],
    ['[]', 2],
    ['7', 2],
    ['null', 2],
    ['{"id":1}', 2],
    ['{"method":"SUBSCRIBE","id":1}', 2],
    ['{"method":"SUBSCRIBE","params":[],"id":1}', 2],
    ['{"method":"SUBSCRIBE","params":[1],"id":1}', 2],
    ['{"method":"SUBSCRIBE","params":["a"],"id":1.5}', 2],
    ['{"method":"SUBSCRIBE","params":["a"],"id":{}}', 2],
    [`{"method":"SUBSCRIBE","params":["a"],"id":"${'x'.repeat(37)}"}`, 2],
    ['{"method":"SUBSCRIBE","params":["a"],"params":["b"],"id":1}', 2],
    ['{"method":"SET_PROPERTY","params":["combined","yes"],"id":1}', 1],
    ['{"method":"SET_PROPERTY","params":["colour",true],"id":1}', 0],
    ['{"method":"GET_PROPERTY","params":["colour"],"id":1}', 0],
  ])('%s is refused with code %i', (text, code) => expect(parseControl(text)).toMatchObject({ code }))

  test('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseControl(text)).toBeDefined()
      }),
    )
  })

  test('is answered in the shapes that clients read, with its id as it was', () => {
    expect(JSON.parse(controlResult(null, '"7"'))).toEqual({ result: null, id: '7' })
    expect(controlResult(['a'], '9007199254740993')).toContain('"id":9007199254740993')
    const error = { code: 2, msg: 'no' }
    expect(JSON.parse(controlFailure({ code: 2, message: 'no', id: '1' }))).toEqual({ error, ...error, id: 1 })
  })
})
