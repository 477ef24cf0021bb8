import { Random } from '@uptick/runtime/testing'
import { strict as assert } from 'node:assert'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { Side } from '@uptick/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SocketGateway } from '../testing/socket-gateway.ts'
import type { Message, TestClient } from '../testing/test-client.ts'

let gateway: SocketGateway

beforeEach(async () => {
  gateway = await SocketGateway.start({ streamRate: { perSecond: 1000, burst: 2000 }, bufferedBytesMax: 256 * 1024 })
})

afterEach(async () => {
  await gateway.close()
})

/** Some changes of the book of BTCUSDT, the same for the same seed. */
function shake(seed: number, changes: number): void {
  const random = new Random(seed)
  const next = (below: number): number => random.integer(0, below - 1)
  gateway.shard.frame(
    Array.from({ length: changes }, () => (script) => {
      script.level(0, next(2) === 0 ? Side.BUY : Side.SELL, 1 + next(200), next(3))
    }),
  )
}

/** The documented procedure for a local order book: buffer, snapshot, drop, apply, never a gap. */
class LocalBook {
  readonly #sides = { b: new Map<string, string>(), a: new Map<string, string>() }
  #last = -1

  async start(stream: TestClient, api: TestClient): Promise<this> {
    const first = await stream.find((message) => message.e === 'depthUpdate')
    let snapshot: Message
    do snapshot = (await api.ask('depth', { symbol: 'BTCUSDT', limit: 5000 })).result
    while (snapshot.lastUpdateId < first.U)
    this.#last = snapshot.lastUpdateId
    for (const [price, quantity] of snapshot.bids) this.#sides.b.set(price, quantity)
    for (const [price, quantity] of snapshot.asks) this.#sides.a.set(price, quantity)
    for (const message of stream.messages) this.apply(message)
    stream.socket.on('message', () => this.apply(stream.messages.at(-1)!))
    return this
  }

  apply(diff: Message): void {
    if (diff.e !== 'depthUpdate' || diff.u <= this.#last) return
    assert.ok(diff.U <= this.#last + 1, `a gap: ${diff.U} follows ${this.#last}`)
    for (const side of ['b', 'a'] as const) {
      for (const [price, quantity] of diff[side]) {
        if (Number(quantity) === 0) this.#sides[side].delete(price)
        else this.#sides[side].set(price, quantity)
      }
    }
    this.#last = diff.u
  }

  get lastUpdateId(): number {
    return this.#last
  }

  get bids(): [string, string][] {
    return [...this.#sides.b].toSorted(([x], [y]) => Number(y) - Number(x))
  }

  get asks(): [string, string][] {
    return [...this.#sides.a].toSorted(([x], [y]) => Number(x) - Number(y))
  }
}

describe('market streams', () => {
  test.each(['depth@100ms', 'depth'])(
    'a local book from %s equals the snapshot at every update it has',
    async (topic) => {
      const stream = await gateway.dial(`/ws/btcusdt@${topic}`)
      const api = await gateway.dial('/ws-api/v3')
      shake(1, 300)
      const book = await new LocalBook().start(stream, api)
      for (let round = 2; round < 7; round++) {
        shake(round, 200)
        const { result } = await api.ask('depth', { symbol: 'BTCUSDT', limit: 5000 })
        await stream.find((message) => message.e === 'depthUpdate' && message.u >= result.lastUpdateId)
        expect(book.lastUpdateId).toBe(result.lastUpdateId)
        expect(book.bids).toEqual(result.bids)
        expect(book.asks).toEqual(result.asks)
      }
      const diffs = stream.messages.filter((message) => message.e === 'depthUpdate')
      for (const [i, diff] of diffs.entries()) if (i > 0) expect(diff.U).toBe(diffs[i - 1]!.u + 1)
    },
  )

  test('answer control frames before the first event, with ids as they came', async () => {
    const client = await gateway.dial('/ws/0')
    client.send('{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":"0f3c"}')
    expect(await client.find((message) => message.id === '0f3c')).toEqual({ result: null, id: '0f3c' })
    gateway.shard.outcome((script) => script.trade(0, 100, 5))
    await client.find((message) => message.e === 'trade')
    expect((await client.ask('LIST_SUBSCRIPTIONS', undefined)).result).toEqual(['0', 'btcusdt@trade'])
    client.send({ method: 'SET_PROPERTY', params: ['combined', true], id: 3 })
    expect(await client.find((message) => message.id === 3)).toEqual({ result: null, id: 3 })
    gateway.shard.outcome((script) => script.trade(0, 100, 5))
    expect(await client.find((message) => message.stream === 'btcusdt@trade')).toMatchObject({ data: { t: 2 } })
    client.send({ method: 'UNSUBSCRIBE', params: ['btcusdt@trade'], id: 4 })
    await client.find((message) => message.id === 4)
    gateway.shard.outcome((script) => script.trade(0, 100, 5))
    client.send({ method: 'GET_PROPERTY', params: ['combined'], id: 5 })
    expect(await client.find((message) => message.id === 5)).toEqual({ result: true, id: 5 })
    expect(client.messages.filter((message) => message.data?.t === 3)).toEqual([])
  })

  test('wrap payloads for a combined connection, also with an empty list', async () => {
    const empty = await gateway.dial('/stream?streams=')
    await empty.ask('SUBSCRIBE', ['ethusdt@aggTrade'])
    const named = await gateway.dial('/stream?streams=ethusdt@aggTrade/btcusdt@trade')
    gateway.shard.outcome((script) => {
      script.trade(1, 100, 5)
      script.trade(1, 100, 6)
    })
    for (const client of [empty, named]) {
      const message = await client.find(({ stream }) => stream === 'ethusdt@aggTrade')
      expect(message.data).toMatchObject({ e: 'aggTrade', s: 'ETHUSDT', a: 1, f: 1, l: 2, q: '0.00110000' })
    }
  })

  test('refuse more than 1024 streams on a connection', async () => {
    const names = Array.from({ length: 1023 }, (_, i) => `s${i}@trade`)
    const client = await gateway.dial(`/ws/${names.join('/')}`)
    expect((await client.ask('SUBSCRIBE', ['btcusdt@trade'])).result).toBeNull()
    expect(await client.ask('SUBSCRIBE', ['ethusdt@trade'])).toMatchObject({ code: 2, error: { code: 2 } })
    expect((await client.ask('SUBSCRIBE', names)).result).toBeNull()
  })

  test.each([
    'xyzusdt@trade',
    'BTCUSDT@trade',
    'btcusdt@kline_7m',
    'btcusdt@kline_1d@+09:00',
    'btcusdt',
    '!all@arr',
    '',
  ])('answer a subscription to %j, which no stream is called, with an error, and take nothing of it', async (name) => {
    const client = await gateway.dial('/ws')
    const answer = await client.ask('SUBSCRIBE', ['btcusdt@trade', name])
    expect(answer).toMatchObject({ code: 2, error: { code: 2 } })
    expect((await client.ask('LIST_SUBSCRIPTIONS', undefined)).result).toEqual([])
    const numbered = await gateway.dial('/ws?sequence=true')
    expect(await numbered.ask('SUBSCRIBE', [`${name}:7`])).toMatchObject({ code: 2 })
  })

  test('keep silent about an invented name in the URL, and serve what is subscribed to there', async () => {
    const client = await gateway.dial('/ws/xyzusdt@trade')
    expect((await client.ask('SUBSCRIBE', ['btcusdt@trade'])).result).toBeNull()
    expect((await client.ask('LIST_SUBSCRIPTIONS', undefined)).result).toEqual(['xyzusdt@trade', 'btcusdt@trade'])
  })

  test('close a reader that reads nothing, and never make another wait', async () => {
    const path = '/ws/btcusdt@trade/btcusdt@depth@100ms'
    const stuck = await gateway.dial(path)
    const reader = await gateway.dial(path)
    stuck.socket.pause()
    let sent = 0
    while (gateway.sockets.counters.slowReaders === 0) {
      gateway.shard.frame(Array.from({ length: 1000 }, () => (script) => script.trade(0, 100, 5)))
      sent += 1000
      const pong = once(reader.socket, 'pong')
      reader.socket.ping()
      await pong
      await reader.find((message) => message.t === sent)
    }
    expect(reader.messages.filter((message) => message.e === 'trade')).toHaveLength(sent)
    stuck.socket.resume()
    expect((await stuck.closed).code).toBeGreaterThan(1000)
  })

  test('tell followers of a book to start again after a gap of the feed', async () => {
    const depth = await gateway.dial('/ws/btcusdt@depth')
    const trades = await gateway.dial('/ws/btcusdt@trade')
    gateway.shard.reset()
    expect((await depth.closed).code).toBe(1012)
    expect(trades.socket.readyState).toBe(trades.socket.OPEN)
  })

  test('survive hostile frames', async () => {
    const watcher = await gateway.dial('/ws/btcusdt@trade')
    const hostile = [
      '',
      '{',
      '[]',
      'null',
      '7',
      '{"method":1}',
      '{"method":"SUBSCRIBE","params":{}}',
      '['.repeat(60_000),
    ]
    const client = await gateway.dial('/ws')
    for (const frame of hostile) client.send(frame)
    client.send({ method: 'SUBSCRIBE', params: [`${'x'.repeat(10_000)}@trade`], id: 99 })
    expect(await client.find((message) => message.id === 99)).toMatchObject({ code: 2 })
    expect(client.messages).toHaveLength(hostile.length + 1)

    const binary = await gateway.dial('/ws')
    binary.socket.send(Buffer.from([1, 2, 3]))
    expect((await binary.closed).code).toBe(1003)
    const huge = await gateway.dial('/ws')
    huge.send('x'.repeat(100_000))
    expect((await huge.closed).code).toBe(1009)
    const broken = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    broken.on('error', () => {})
    broken.resume()
    broken.write('GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    await once(broken, 'close')
    await expect(gateway.dial('/nowhere')).rejects.toThrow('404')

    gateway.shard.outcome((script) => script.trade(0, 100, 5))
    await watcher.find((message) => message.e === 'trade')
  })
})

describe('a connection', () => {
  test('that offers another protocol is answered over HTTP', async () => {
    const { port } = new URL(gateway.url)
    const asking = request({
      port,
      path: '/api/v3/ping',
      headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' },
    }).end()
    const [response] = (await once(asking, 'response')) as [IncomingMessage]
    expect(response.statusCode).toBe(200)
    response.resume()
    await once(response, 'end')
  })

  test('is closed when it sends too much', async () => {
    const strict = await SocketGateway.start({ streamRate: { perSecond: 5, burst: 5 } })
    const client = await strict.dial('/ws')
    for (let i = 0; i < 6; i++) client.send({ method: 'LIST_SUBSCRIPTIONS', id: i })
    expect(await client.closed).toEqual({ code: 1008, reason: 'Too many requests.' })
    expect(client.messages).toHaveLength(5)
    await strict.close()
  })
})
