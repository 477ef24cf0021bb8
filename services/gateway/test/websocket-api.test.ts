import { createHmac, sign } from 'node:crypto'
import { ExecutionType } from '@uptick/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SECRET, SocketGateway } from '../testing/socket-gateway.ts'
import type { Message, TestClient } from '../testing/test-client.ts'

let gateway: SocketGateway

beforeEach(async () => {
  gateway = await SocketGateway.start()
})

afterEach(async () => {
  await gateway.close()
})

type Params = Record<string, string | number | boolean>

function payload(params: Params): string {
  const names = Object.keys(params).toSorted()
  return names.map((name) => `${name}=${params[name]}`).join('&')
}

function signed(params: Params = {}): Params {
  const all: Params = { apiKey: 'hmac-key', timestamp: Date.now(), ...params }
  return { ...all, signature: createHmac('sha256', SECRET).update(payload(all)).digest('hex') }
}

function signedEd25519(params: Params = {}): Params {
  const all: Params = { apiKey: 'ed25519-key', timestamp: Date.now(), ...params }
  return { ...all, signature: sign(null, Buffer.from(payload(all)), gateway.privateKey).toString('base64') }
}

const events = (client: TestClient, subscriptionId = 0): Message[] =>
  client.messages.filter((message) => message.subscriptionId === subscriptionId).map(({ event }) => event as Message)

const order = (orderId: number, account = 1) => ({ account, symbol: 0, orderId, price: 100, quantity: 5 })

describe('the WebSocket API', () => {
  test('answers ping and time, with limits unless told otherwise', async () => {
    const client = await gateway.dial('/ws-api/v3')
    const ping = await client.ask('ping', undefined)
    expect(ping).toMatchObject({ status: 200, result: {}, rateLimits: [{ rateLimitType: 'REQUEST_WEIGHT' }] })
    const time = await client.ask('v3/time', { returnRateLimits: false })
    expect(time.rateLimits).toBeUndefined()
    expect(Math.abs(time.result.serverTime - Date.now())).toBeLessThan(5000)
    const quiet = await gateway.dial('/prefix/ws-api/v3?returnRateLimits=false&timeUnit=MICROSECOND')
    const micro = await quiet.ask('time', {})
    expect(micro.rateLimits).toBeUndefined()
    expect(micro.result.serverTime).toBeGreaterThan(1e15)
  })

  test.each(['exchangeInfo', 'ticker.24hr', 'ticker.price', 'ticker.book'])(
    '%s of no symbols is refused',
    async (method) => {
      const client = await gateway.dial('/ws-api/v3')
      expect(await client.ask(method, { symbols: [] })).toMatchObject({ status: 400, error: { code: -1100 } })
      expect(await client.ask(method, { symbols: '[]' })).toMatchObject({ status: 400, error: { code: -1100 } })
      expect(await client.ask(method, { symbols: ['NOPE'] })).toMatchObject({ status: 400, error: { code: -1121 } })
    },
  )

  test.each(['7', '-3', '9007199254740993', '"0f3c"', 'null'])('echoes the id %s as it came', async (id) => {
    const client = await gateway.dial('/ws-api/v3')
    const raw = new Promise<string>((resolve) =>
      client.socket.once('message', (data) => resolve((data as Buffer).toString())),
    )
    client.send(`{"id":${id},"method":"ping"}`)
    expect(await raw).toContain(`{"id":${id},"status":200`)
  })

  test('says what is wrong with a request, and never falls over', async () => {
    const client = await gateway.dial('/ws-api/v3')
    expect(await client.ask('no.such', {})).toMatchObject({ status: 400, error: { code: -1020 } })
    expect(await client.ask('depth', { symbol: 'NOPE' })).toMatchObject({ status: 400, error: { code: -1121 } })
    expect(await client.ask('account.status', {})).toMatchObject({ status: 401, error: { code: -2014 } })
    const unsigned = await client.ask('account.status', { apiKey: 'hmac-key', timestamp: Date.now() })
    expect(unsigned).toMatchObject({ error: { code: -1102 } })
    const forged = await client.ask('account.status', { ...signed(), signature: '00' })
    expect(forged).toMatchObject({ error: { code: -1022 } })
    const late = await client.ask('userDataStream.subscribe.signature', signed({ timestamp: Date.now() - 60_000 }))
    expect(late).toMatchObject({ error: { code: -1021 } })
    for (const frame of ['', '{', '[]', '{"id":{}}', '['.repeat(60_000)]) client.send(frame)
    expect(await client.ask('ping', {})).toMatchObject({ status: 200 })
    expect(client.messages.filter(({ id, error }) => id === null && error !== undefined)).toHaveLength(5)
  })

  test.each([17, 2_000, 5_000, 20_000])('refuses parameters that are nested %i deep, and goes on', async (depth) => {
    const client = await gateway.dial('/ws-api/v3')
    const arrays = '['.repeat(depth) + ']'.repeat(depth)
    const objects = '{"a":'.repeat(depth / 2) + '1' + '}'.repeat(depth / 2)
    for (const nested of [arrays, objects].filter(({ length }) => length < 60_000)) {
      client.send(`{"id":1,"method":"ping","params":{"x":${nested}}}`)
      client.send(`{"id":1,"method":"ping","params":${nested}}`)
      client.send(`{"id":${nested},"method":"ping"}`)
    }
    expect(await client.ask('ping', {})).toMatchObject({ status: 200 })
    const streams = await gateway.dial('/ws')
    streams.send(`{"id":1,"method":"SUBSCRIBE","params":${arrays}}`)
    expect(await streams.find(({ code }) => code !== undefined)).toMatchObject({ id: null })
  })

  test('refuses thousands of parameters without reading them', async () => {
    const client = await gateway.dial('/ws-api/v3')
    const params = Array.from({ length: 5_000 }, (_, i) => `"a${i}":1`).join(',')
    client.send(`{"id":1,"method":"ping","params":{${params}}}`)
    expect(await client.find(({ status }) => status === 400)).toMatchObject({ id: null, error: { code: -1135 } })
  })

  test('sends the events of an account in order to that account only', async () => {
    const client = await gateway.dial('/ws-api/v3')
    const subscribed = await client.ask('userDataStream.subscribe.signature', signed())
    expect(subscribed).toMatchObject({ status: 200, result: { subscriptionId: 0 } })
    const other = await gateway.dial('/ws-api/v3')
    await other.ask('userDataStream.subscribe.signature', signedEd25519())
    gateway.shard.frame([
      (script) => {
        script.execution(ExecutionType.NEW, order(1))
        script.execution(ExecutionType.TRADE, order(9, 2))
        script.execution(ExecutionType.TRADE, order(1))
        script.balance(1, 0, 5, 0)
        script.balance(2, 0, 1, 0)
        script.balance(1, 1, 7, 3)
      },
      (script) => {
        script.funds(1, 1, 1_000_000_000)
        script.balance(1, 1, 1_000_000_007, 3)
      },
    ])
    await client.find(({ event }) => event?.B?.length === 1)
    expect(events(client).map(({ e, x, i }) => [e, x, i])).toEqual([
      ['executionReport', 'NEW', 1],
      ['executionReport', 'TRADE', 1],
      ['outboundAccountPosition', undefined, undefined],
      ['balanceUpdate', undefined, undefined],
      ['outboundAccountPosition', undefined, undefined],
    ])
    expect(events(client)[2]!.B).toEqual([
      { a: 'BTC', f: '0.00000005', l: '0.00000000' },
      { a: 'USDT', f: '0.00000007', l: '0.00000003' },
    ])
    expect(events(client)[3]).toMatchObject({ a: 'USDT', d: '10.00000000' })
    await other.find(({ event }) => event?.e === 'outboundAccountPosition')
    expect(events(other).map(({ e }) => e)).toEqual(['executionReport', 'outboundAccountPosition'])
  })

  test('asks an account to start again after a gap of the feed', async () => {
    const client = await gateway.dial('/ws-api/v3')
    await client.ask('userDataStream.subscribe.signature', signed())
    gateway.shard.reset()
    expect((await client.closed).code).toBe(1012)
  })

  test('opens one subscription per account, and says when one ends', async () => {
    const client = await gateway.dial('/ws-api/v3')
    await client.ask('userDataStream.subscribe.signature', signed())
    const again = await client.ask('userDataStream.subscribe.signature', signed())
    expect(again).toMatchObject({ status: 400, error: { code: -2035 } })
    const wrong = await client.ask('userDataStream.unsubscribe', { subscriptionId: 5 })
    expect(wrong).toMatchObject({ error: { code: -2036 } })
    expect(await client.ask('userDataStream.unsubscribe', { subscriptionId: 0 })).toMatchObject({ result: {} })
    await client.find(({ event }) => event?.e === 'eventStreamTerminated')
    const next = await client.ask('userDataStream.subscribe.signature', signed())
    expect(next.result).toEqual({ subscriptionId: 1 })
    expect((await client.ask('session.subscriptions', {})).result).toEqual([{ subscriptionId: 1 }])
  })

  test('logs on with Ed25519, off again, and forgets a key that is revoked', async () => {
    const client = await gateway.dial('/ws-api/v3')
    expect(await client.ask('session.logon', signed())).toMatchObject({ status: 400, error: { code: -4056 } })
    expect(await client.ask('userDataStream.subscribe', {})).toMatchObject({ status: 401, error: { code: -1002 } })
    const on = await client.ask('session.logon', signedEd25519())
    expect(on.result).toMatchObject({ apiKey: 'ed25519-key', userDataStream: false })
    expect((await client.ask('userDataStream.subscribe', {})).result).toEqual({ subscriptionId: 0 })
    expect((await client.ask('session.status', {})).result).toMatchObject({ userDataStream: true })
    expect((await client.ask('session.logout', {})).result).toMatchObject({ apiKey: null, userDataStream: null })
    await client.find(({ event }) => event?.e === 'eventStreamTerminated')

    await client.ask('session.logon', signedEd25519())
    await client.ask('userDataStream.subscribe', {})
    await gateway.revoke('ed25519-key')
    await client.find(({ subscriptionId, event }) => subscriptionId === 1 && event?.e === 'eventStreamTerminated')
    expect(await client.find(({ id, status }) => id === null && status === 401)).toMatchObject({
      error: { code: -2015 },
    })
    expect((await client.ask('session.status', {})).result.apiKey).toBeNull()
  })

  test('refuses a format that it does not speak at the handshake', async () => {
    await expect(gateway.dial('/ws-api/v3?responseFormat=sbe')).rejects.toThrow('400')
  })
})
