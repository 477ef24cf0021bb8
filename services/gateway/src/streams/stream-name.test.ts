import { describe, expect, test } from 'vitest'
import { byName, parsePositioned, parseStreamName, TOPICS } from './stream-name.ts'

describe('a stream name', () => {
  test.each([
    ['btcusdt@trade', 'btcusdt', { kind: 'trade' }],
    ['btcusdt@aggTrade', 'btcusdt', { kind: 'aggTrade' }],
    ['btcusdt@depth', 'btcusdt', { kind: 'depth', speed: 1000 }],
    ['btcusdt@depth@100ms', 'btcusdt', { kind: 'depth', speed: 100 }],
    ['btcusdt@depth5', 'btcusdt', { kind: 'partialDepth', levels: 5, speed: 1000 }],
    ['btcusdt@depth20@100ms', 'btcusdt', { kind: 'partialDepth', levels: 20, speed: 100 }],
    ['btcusdt@kline_1M', 'btcusdt', { kind: 'kline', interval: '1M' }],
    ['btcusdt@kline_1m', 'btcusdt', { kind: 'kline', interval: '1m' }],
    ['btcusdt@kline_1d@+08:00', 'btcusdt', { kind: 'kline', interval: '1d', offset: 28_800_000_000 }],
    ['btcusdt@ticker_4h', 'btcusdt', { kind: 'windowTicker', window: '4h', minutes: 240 }],
    ['!miniTicker@arr', '', { kind: 'allMiniTickers' }],
    ['币安@bookTicker', '币安', { kind: 'bookTicker' }],
  ])('%s is understood', (text, symbol, stream) => {
    expect(parseStreamName(text)).toMatchObject({ text, symbol, stream })
  })

  test.each([
    '0',
    '',
    '@trade',
    'btcusdt',
    'btcusdt@',
    'btcusdt@TRADE',
    'btcusdt@depth7',
    'btcusdt@kline_7m',
    'btcusdt@kline_1d@+07:00',
    'btcusdt@kline_1d@',
    '!x@arr',
    '__proto__@toString',
  ])('%j is none', (text) => expect(parseStreamName(text)).toBeUndefined())

  test('is that of one stream', () => {
    const stream = { kind: 'trade' } as const
    const again = [...TOPICS, ['depth5', stream] as const]
    expect(() => byName(again)).toThrow('two streams are named depth5')
    expect(byName([['a', stream]]).get('a')).toBe(stream)
  })
})

describe('where a stream goes on', () => {
  test.each([
    ['btcusdt@trade', 'btcusdt@trade', undefined],
    ['btcusdt@trade:12', 'btcusdt@trade', 12],
    ['btcusdt@kline_1d@+08:00', 'btcusdt@kline_1d@+08:00', undefined],
    ['btcusdt@kline_1d@+08:00:4711', 'btcusdt@kline_1d@+08:00', 4711],
  ])('%s', (text, name, position) => expect(parsePositioned(text)).toEqual({ name, position }))
})
