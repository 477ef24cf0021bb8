import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RequestClient } from '../testing/request-client.ts'
import { RunningExchange } from './running-exchange.ts'
import { fetchReply } from './trader.ts'

let exchange: RunningExchange
let client: RequestClient

beforeAll(async () => {
  exchange = await RunningExchange.start({ HOLD_MS: 2600 })
  client = new RequestClient(Number(new URL(exchange.url).port))
})

afterAll(async () => {
  client.close()
  await exchange.stop()
})

/** The second is a request for Node's reader. */
const READERS = [
  ['the reader of plain requests', 'Accept: */*'],
  ["Node's", 'TE: trailers'],
] as const

const ORIGIN = 'Origin: https://example.org'

describe.each(READERS)('%s', (_name, header) => {
  test('takes bodies of 65,536 bytes and no longer ones', async () => {
    for (const [length, status] of [
      [65_536, 401],
      [65_537, 413],
    ] as const) {
      const own = new RequestClient(Number(new URL(exchange.url).port))
      const lines = [
        'POST /api/v3/order HTTP/1.1',
        'Host: a',
        `Content-Length: ${length}`,
        header,
        '',
        'a='.padEnd(length, 'b'),
      ]
      own.write(lines.join('\r\n'))
      expect((await own.answer()).status).toBe(status)
      own.close()
    }
  })

  test.each([
    ['a success', '/api/v3/ping', 200],
    ['an error', '/api/v3/depth?symbol=NONE', 400],
    ['a path that does not exist', '/api/v3/nothing', 404],
    ['what is always empty', '/sapi/v1/margin/allPairs', 200],
  ])('lets a page from elsewhere read the limits: %s', async (_what, path, status) => {
    const reply = await client.get(path, ORIGIN, header)
    expect(reply.status).toBe(status)
    expect(reply.headers['access-control-allow-origin']).toBe('*')
    const exposed = reply.headers['access-control-expose-headers']?.toLowerCase().split(', ')
    expect(exposed).toEqual(
      expect.arrayContaining(['x-mbx-used-weight-1m', 'x-mbx-order-count-10s', 'x-mbx-order-count-1d', 'retry-after']),
    )
  })
})

// https://developers.binance.com/docs/wallet/others/system-status: 0 is normal, 1 is system maintenance.
describe('the status of the system', () => {
  const status = async (): Promise<unknown> => (await fetchReply(`${exchange.url}/sapi/v1/system/status`)).body
  const NORMAL = { status: 0, msg: 'normal' }
  const MAINTENANCE = { status: 1, msg: 'system_maintenance' }

  test('is normal while a market can be traded, and maintenance while none can', async () => {
    expect(await status()).toEqual(NORMAL)
    await exchange.operate('POST', '/symbols', {
      name: 'SECOND',
      base: 'BTC',
      quote: 'USDT',
      priceDecimals: 2,
      quantityDecimals: 5,
    })
    await exchange.operate('PUT', '/symbols/BTCUSDT/status', { status: 'HALT' })
    expect(await status()).toEqual(NORMAL)
    for (const phase of ['HALT', 'CANCEL_ONLY', 'POST_ONLY']) {
      await exchange.operate('PUT', '/phase', { status: phase })
      expect(await status()).toEqual(MAINTENANCE)
    }
    await exchange.operate('PUT', '/phase', { status: 'TRADING' })
    expect(await status()).toEqual(NORMAL)
  })

  test('is maintenance while no engine leads, and normal when one does again', async () => {
    await exchange.engine.stop('SIGKILL')
    expect(await status()).toEqual(MAINTENANCE)
    await exchange.startEngine(0)
    expect(await status()).toEqual(NORMAL)
  })
})
