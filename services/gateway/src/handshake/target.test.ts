import { describe, expect, test } from 'vitest'
import { parseTarget } from './target.ts'

const raw = (...streams: string[]) => ({ kind: 'streams', combined: false, streams })
const combined = (...streams: string[]) => ({ kind: 'streams', combined: true, streams })

describe('the URL of a handshake', () => {
  test.each([
    ['/ws', raw()],
    ['/ws/', raw()],
    ['/ws/0', raw('0')],
    ['/ws/btcusdt@trade', raw('btcusdt@trade')],
    ['/ws/btcusdt@trade/ethusdt@depth@100ms', raw('btcusdt@trade', 'ethusdt@depth@100ms')],
    ['/ws/btcusdt%40trade', raw('btcusdt@trade')],
    ['/ws/%E0%A4%A', raw('%E0%A4%A')],
    ['/stream/ws/0', raw('0')],
    ['/stream/3', raw('3')],
    ['/any/prefix/ws/0', raw('0')],
    ['/stream', combined()],
    ['/stream?streams=', combined()],
    ['/stream?streams=a@trade/b@trade', combined('a@trade', 'b@trade')],
    ['/stream?streams=a%40trade%2Fb%40trade', combined('a@trade', 'b@trade')],
    ['/stream?streams=a@kline_1d@+08:00', combined('a@kline_1d@+08:00')],
    ['/stream?streams=a@kline_1d@%2B08:00', combined('a@kline_1d@+08:00')],
    ['/ws/a@kline_1d@+08:00', raw('a@kline_1d@+08:00')],
    ['/ws-api/v3', { kind: 'ws-api', returnRateLimits: true, timeUnit: 'MILLISECOND' }],
    [
      '/ws-api/v3?returnRateLimits=false&timeUnit=microsecond',
      { kind: 'ws-api', returnRateLimits: false, timeUnit: 'MICROSECOND' },
    ],
    ['/', { kind: 'refused', status: 404 }],
    ['/api/v3/ping', { kind: 'refused', status: 404 }],
    ['/ws-api/v3?responseFormat=sbe', { kind: 'refused', status: 400 }],
    ['/ws?timeUnit=FORTNIGHT', { kind: 'refused', status: 400 }],
    [`/stream?streams=${'a@trade/'.repeat(1025)}`, { kind: 'refused', status: 400 }],
  ])('%s', (url, target) => expect(parseTarget(url)).toMatchObject(target))
})
