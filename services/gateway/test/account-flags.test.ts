import { createHmac } from 'node:crypto'
import { ExecutionType } from '@uptick/core'
import { afterEach, expect, test } from 'vitest'
import { SECRET, SocketGateway } from '../testing/socket-gateway.ts'
import type { TestClient } from '../testing/test-client.ts'
import { FlagsFile } from './flags-file.ts'
import { RunningExchange } from './running-exchange.ts'
import { Trader } from './trader.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const run of undo.splice(0).toReversed()) await run()
})

test('an account that may not amend is refused as on Binance, and its order stays as it is', async () => {
  const file = new FlagsFile()
  undo.push(() => file.remove())
  const exchange = await RunningExchange.start()
  undo.push(() => exchange.stop())
  const [may, mayNot] = [await exchange.trader(), await exchange.trader()]
  // The strategy of Unleash that names accounts, for orders of this market.
  const constraints = [{ contextName: 'symbol', operator: 'IN', values: ['BTCUSDT'] }]
  const only = ({ account }: Trader): object => ({
    name: 'userWithId',
    parameters: { userIds: String(account) },
    constraints,
  })
  file.write('amend-keep-priority', true, only(may))
  const gateway = await exchange.startGateway({ FLAGS_FILE: file.path })
  const amend = async ({ account, apiKey, secret }: Trader) => {
    const trader = new Trader(gateway.url, account, apiKey, secret)
    const { orderId } = (await trader.limit('BUY', '0.2', '20000')).body
    const asked = { symbol: 'BTCUSDT', orderId }
    const { status, body } = await trader.send('PUT', '/api/v3/order/amend/keepPriority', { ...asked, newQty: '0.1' })
    const order = await trader.send('GET', '/api/v3/order', asked)
    return { status, code: body.code, msg: body.msg, order: order.body }
  }
  const refused = { status: 400, code: -2038, msg: 'This action is disabled on this account.' }
  expect(await amend(may)).toMatchObject({ status: 200, order: { origQty: '0.10000000' } })
  expect(await amend(mayNot)).toMatchObject({ ...refused, order: { origQty: '0.20000000' } })
  file.write('amend-keep-priority', true, only(mayNot))
  await expect.poll(() => amend(mayNot), { timeout: 5_000 }).toMatchObject({ status: 200 })
  expect(await amend(may)).toMatchObject(refused)
})

test('an account without numbered streams gets an error in place of a stream that it would misread', async () => {
  let isOn = true
  const asked: unknown[] = []
  const flags = {
    isOn: (name: string, context?: object) => {
      asked.push([name, context])
      return isOn
    },
  }
  const gateway = await SocketGateway.start({ flags })
  undo.push(() => gateway.close())
  const before = await gateway.dial('/ws-api/v3')
  expect(await subscribe(before, { sequence: true })).toMatchObject({ status: 200 })
  isOn = false
  const client = await gateway.dial('/ws-api/v3')
  const msg = "Numbered streams are not available to this account; subscribe without 'sequence' and 'resume'."
  const refused = { status: 400, error: { code: -1020, msg } }
  expect(await subscribe(client, { sequence: true })).toMatchObject(refused)
  expect(await subscribe(client, { resume: 0 })).toMatchObject(refused)
  expect(await client.ask('session.subscriptions', {})).toMatchObject({ result: [] })
  expect(asked).toEqual(Array.from({ length: 3 }, () => ['numbered-user-streams', { account: 1, keyLabel: '' }]))
  // Without numbers everything is as ever, and no flag is asked.
  expect(await subscribe(client, {})).toMatchObject({ status: 200, result: { subscriptionId: 0 } })
  expect(asked).toHaveLength(3)
  // A market stream has no account.
  const market = await gateway.dial('/ws/btcusdt@trade?sequence=true')
  expect(await market.find(({ data }) => data !== undefined)).toMatchObject({ data: [] })
  // A stream that began with numbers keeps them.
  gateway.shard.frame([
    (script) => script.execution(ExecutionType.NEW, { account: 1, symbol: 0, orderId: 1, price: 100, quantity: 5 }),
  ])
  const told = await before.find(({ events }) => Array.isArray(events) && events.length === 1)
  expect(told).toMatchObject({ events: [{ e: 'executionReport' }] })
})

function subscribe(client: TestClient, params: Record<string, string | number | boolean>) {
  const all: typeof params = { apiKey: 'hmac-key', timestamp: Date.now(), ...params }
  const names = Object.keys(all).toSorted()
  const payload = names.map((name) => `${name}=${all[name]}`).join('&')
  const signature = createHmac('sha256', SECRET).update(payload).digest('hex')
  return client.ask('userDataStream.subscribe.signature', { ...all, signature })
}
