import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RequestClient } from '../testing/request-client.ts'
import { RunningExchange } from './running-exchange.ts'

let exchange: RunningExchange
let client: RequestClient

beforeAll(async () => {
  exchange = await RunningExchange.start()
  client = new RequestClient(Number(new URL(exchange.url).port))
})

afterAll(async () => {
  client.close()
  await exchange.stop()
})

const BROWSER = 'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

describe('GET /', () => {
  test('a browser gets a page that needs nothing else, and nothing may run in it', async () => {
    const { status, headers, body } = await client.get('/', BROWSER)
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'/)
    expect(body).toContain('BTCUSDT')
    expect(body).toContain('An engine leads')
    const { port } = new URL(exchange.url)
    const own = await fetch(exchange.url, { headers: { accept: 'text/html' } })
    expect(await own.text()).toContain(`http://127.0.0.1:${port}/api/v3`)
  })

  test.each([['Accept: */*'], ['Accept: application/json'], ['Origin: https://example.org']])(
    'any other client gets what any unknown path answers: %s',
    async (header) => {
      const [root, unknown] = [await client.get('/', header), await client.get('/nothing', header)]
      expect(root.status).toBe(404)
      expect(JSON.parse(root.body)).toMatchObject({ code: -1000 })
      expect(root.body).toBe(unknown.body.replace('/nothing', '/'))
      expect(Object.keys(root.headers)).toEqual(Object.keys(unknown.headers))
    },
  )

  test.each(['HEAD', 'POST'])('%s / is no page', async (method) => {
    const reply = await fetch(exchange.url, { method, headers: { accept: 'text/html' } })
    expect(reply.status).toBe(404)
    expect(reply.headers.get('content-type')).toMatch(/^application\/json/)
  })

  test('a name that means something to HTML or to a shell is not repeated', async () => {
    for (const host of ['a"><script>', '$(reboot)', 'a b', '`id`']) {
      client.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n${BROWSER}\r\n\r\n`)
      const { body } = await client.answer()
      expect(body).not.toContain(host)
    }
  })

  test('a page counts as a request, and an address past its limit gets the error', async () => {
    const limited = await exchange.startGateway({ LIMIT_WEIGHT_1M: 3 })
    const statuses: number[] = []
    for (let sent = 0; sent < 5; sent++)
      statuses.push((await fetch(limited.url, { headers: { accept: 'text/html' } })).status)
    expect(statuses).toEqual([200, 200, 200, 429, 429])
  })
})
