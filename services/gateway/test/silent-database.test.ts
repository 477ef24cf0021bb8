import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { FaultyProxy } from '@uptick/journal/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { RunningExchange, type RunningGateway } from './running-exchange.ts'
import { fetchReply, type Reply, Trader } from './trader.ts'

/*
 * PostgreSQL falls silent for one gateway: its connections stand, and nothing comes through them any more. The other
 * gateway, the engine and the recorder reach it as before.
 */
const KEYS_AGE_MS_MAX = 3000

let exchange: RunningExchange
let proxy: FaultyProxy
let cut: RunningGateway

beforeAll(async () => {
  exchange = await RunningExchange.start()
  proxy = await FaultyProxy.inFrontOf(exchange.database.url)
  cut = await exchange.startGateway({ DATABASE_URL: proxy.url(exchange.database.url), KEYS_AGE_MS_MAX })
})
afterAll(async () => {
  await exchange.stop()
  await proxy.close()
})

/** Ask until the answer is as wanted, for no longer than the test lasts; with how long that took, ms. */
async function until(ask: () => Promise<Reply>, wanted: (reply: Reply) => boolean): Promise<number> {
  const began = performance.now()
  while (!wanted(await ask())) await delay(20)
  return performance.now() - began
}

const isDone = ({ status }: Reply): boolean => status === 200 || status === 201
const isRevoked = ({ body }: Reply): boolean => body.code === -2015
const isReady = (): boolean => cut.lifecycle.condition('keys-confirmed')?.met === true
const viaCut = ({ account, apiKey, secret }: Trader): Trader => new Trader(cut.url, account, apiKey, secret)

test('connections that fall silent are replaced: history, operator API and revoked keys within seconds', async () => {
  const [stays, goes] = [await exchange.trader(), await exchange.trader()]
  for (const trader of [stays, goes].map(viaCut)) {
    await until(() => trader.limit('BUY', '0.01', '1000'), isDone)
    // Every connection there is has been used.
    const asked = Array.from({ length: 8 }, () => trader.send('GET', '/api/v3/allOrders', { symbol: 'BTCUSDT' }))
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array(8).fill(200))
  }
  proxy.silence()
  await exchange.operate('DELETE', `/keys/${goes.apiKey}`)
  // Each is asked once, and would be asked for ever by a gateway that waits for ever.
  const recovered = await Promise.all([
    until(() => viaCut(goes).limit('BUY', '0.01', '1000'), isRevoked),
    until(() => viaCut(stays).limit('BUY', '0.01', '1000'), isDone),
    until(() => viaCut(stays).send('GET', '/api/v3/allOrders', { symbol: 'BTCUSDT' }), isDone),
    until(() => exchange.tryOperate('GET', '/keys', undefined, undefined, cut), isDone),
    until(() => exchange.tryOperate('POST', `/accounts/${stays.account}/keys`, {}, undefined, cut), isDone),
  ])
  expect(Math.max(...recovered)).toBeLessThan(15_000)
  while (!isReady()) await delay(20)
})

test('unconfirmed keys let no client in: -1008, not ready, and public data continues', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const trader = viaCut(await exchange.trader())
  const { apiKey } = await exchange.operate('POST', `/accounts/${trader.account}/keys`, {
    type: 'ED25519',
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
  })
  await until(() => trader.limit('BUY', '0.01', '1000'), isDone)
  const session = new WebSocket(cut.url.replace('http', 'ws') + '/ws-api/v3')
  await once(session, 'open')
  const ask = async (method: string, params: object): Promise<{ status: number; error?: { code: number } }> => {
    session.send(JSON.stringify({ id: 1, method, params }))
    const [message] = (await once(session, 'message')) as [Buffer]
    return JSON.parse(message.toString()) as { status: number; error?: { code: number } }
  }
  const timestamp = Date.now()
  const signed = Buffer.from(`apiKey=${apiKey}&timestamp=${timestamp}`)
  const signature = sign(null, signed, privateKey).toString('base64')
  // This gateway reads the new key within a poll.
  while ((await ask('session.logon', { apiKey, timestamp, signature })).status !== 200) await delay(20)
  // Not even a new connection comes through.
  proxy.mode = 'hold'
  proxy.silence()
  while (isReady()) await delay(20)
  expect(cut.lifecycle.readiness().ok).toBe(false)
  expect(cut.lifecycle.condition('keys-confirmed')?.reason).toContain('API keys')
  const age = await cut.metrics.getSingleMetric('gateway_keys_age_seconds')?.get()
  expect(age?.values[0]?.value).toBeGreaterThan(KEYS_AGE_MS_MAX / 1000)
  expect(await trader.limit('BUY', '0.01', '1000')).toMatchObject({ status: 503, body: { code: -1008 } })
  expect(await ask('account.status', { timestamp: Date.now() })).toMatchObject({ error: { code: -1008 } })
  // Nothing was executed, and a key that is no key is not told from one that is.
  const stranger = new Trader(cut.url, 0, 'a'.repeat(64), 'secret')
  expect(await stranger.limit('BUY', '0.01', '1000')).toMatchObject({ body: { code: -1008 } })
  expect(await fetchReply(`${cut.url}/api/v3/depth?symbol=BTCUSDT`)).toMatchObject({ status: 200 })
  await exchange.operate('DELETE', `/keys/${trader.apiKey}`)
  proxy.release()
  expect(await until(() => trader.limit('BUY', '0.01', '1000'), isRevoked)).toBeLessThan(15_000)
  while (!isReady()) await delay(20)
  expect(await ask('account.status', { timestamp: Date.now() })).toMatchObject({ status: 200 })
  session.close()
})
