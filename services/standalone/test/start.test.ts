import { createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { alive } from '@uptick/postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DemoKey } from '@uptick/data-folder'
import { startCommand, TestExchange } from './start-exchange.ts'

const GONE_MS_MAX = 20_000

let exchange: TestExchange
beforeAll(async () => {
  exchange = await TestExchange.start()
}, 90_000)
afterAll(() => exchange.remove(), 60_000)

async function signed(key: DemoKey, method: string, path: string, params: Record<string, string>): Promise<unknown> {
  const payload = new URLSearchParams({ ...params, timestamp: String(Date.now()) }).toString()
  const signature = createHmac('sha256', key.secret).update(payload).digest('hex')
  const headers = { 'x-mbx-apikey': key.apiKey }
  const response = await fetch(`${exchange.url}${path}?${payload}&signature=${signature}`, { method, headers })
  return response.json()
}

test('the screen holds what is to be pasted: keys that work and an order to try', () => {
  const output = exchange.command.output()
  for (const owner of ['alice', 'bob']) {
    expect(output).toContain(exchange.key(owner).apiKey)
    expect(output).toContain(exchange.key(owner).secret)
  }
  expect(output).toContain(`Uptick is open at ${exchange.url}`)
  expect(output).toMatch(/curl -H "X-MBX-APIKEY: \$UPTICK_KEY" -X POST/)
  expect(output).toContain('BTCUSDT  ETHUSDT  ETHBTC')
})

test('orders, balances and trades are there after Ctrl-C and another start', async () => {
  const [alice, bob] = [exchange.key('alice'), exchange.key('bob')]
  const order = { symbol: 'BTCUSDT', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.5' }
  const rests = await signed(alice, 'POST', '/api/v3/order', { ...order, side: 'SELL', price: '61000' })
  expect(rests).toMatchObject({ status: 'NEW', origQty: '0.50000000' })
  const takes = await signed(bob, 'POST', '/api/v3/order', { ...order, side: 'BUY', price: '61000', quantity: '0.2' })
  expect(takes).toMatchObject({ status: 'FILLED', executedQty: '0.20000000' })
  const before = await signed(alice, 'GET', '/api/v3/account', {})

  // A terminal signals npm, too, which passes it on: one Ctrl-C comes twice, and drains all the same.
  exchange.command.process.kill('SIGINT')
  const ended = await exchange.stop('SIGINT')
  expect(ended).toMatchObject({ code: 0, errors: '' })
  const log = await readFile(join(exchange.folder, 'logs', 'postgres.log'), 'utf8')
  expect(log).toContain('received fast shutdown request')
  expect(log).not.toContain('received immediate shutdown request')
  await exchange.restart()

  const open = await signed(alice, 'GET', '/api/v3/openOrders', { symbol: 'BTCUSDT' })
  expect(open).toMatchObject([{ status: 'PARTIALLY_FILLED', executedQty: '0.20000000', price: '61000.00000000' }])
  const after = await signed(alice, 'GET', '/api/v3/account', {})
  expect(after).toMatchObject({ balances: (before as { balances: object[] }).balances })
  expect(await signed(bob, 'GET', '/api/v3/myTrades', { symbol: 'BTCUSDT' })).toHaveLength(1)
})

test('a second start on the same folder is refused, and the first one does not notice', async () => {
  const second = await startCommand(['--data', exchange.folder, '--port', '1']).ended
  expect(second.code).toBe(1)
  expect(second.errors).toContain(
    `An Uptick is already running on ${exchange.folder} (process ${exchange.command.process.pid}`,
  )
  expect((await fetch(`${exchange.url}/api/v3/ping`)).status).toBe(200)
})

test('seeding again changes nothing', async () => {
  const accounts = await Promise.all([1, 2, 3].map((number) => exchange.operator.account(number)))
  expect(accounts.map((account) => account?.label)).toEqual(['alice', 'bob', undefined])
  expect(await exchange.operator.symbols()).toHaveLength(3)
  expect(await exchange.operator.keys(1)).toHaveLength(2)
})

test('a supervisor that is killed leaves no process behind, and the next start finds everything', async () => {
  const processes = Object.values(exchange.running.processes)
  exchange.command.process.kill('SIGKILL')
  await exchange.command.ended
  for (let waited = 0; processes.some((pid) => alive(pid)); waited += 50) {
    if (waited > GONE_MS_MAX) throw new Error(`still there: ${processes.filter((pid) => alive(pid)).join(', ')}`)
    await delay(50)
  }
  await exchange.restart()
  expect(await signed(exchange.key('alice'), 'GET', '/api/v3/openOrders', {})).toHaveLength(1)
})

test('processes that were suspended when their supervisor was killed are ended, without a word of who they are', async () => {
  const { processes } = exchange.running
  for (const name of ['postgres', 'gateway-1']) process.kill(processes[name]!, 'SIGSTOP')
  writeFileSync(join(exchange.folder, 'running.json'), '')
  exchange.command.process.kill('SIGKILL')
  await exchange.command.ended
  await exchange.restart()
  expect(exchange.command.output()).toContain(`ending the PostgreSQL left over in ${join(exchange.folder, 'postgres')}`)
  expect(exchange.command.output()).toContain('ending what is left over of the run before')
  expect(Object.values(processes).filter((pid) => alive(pid))).toEqual([])
  expect(await signed(exchange.key('alice'), 'GET', '/api/v3/openOrders', {})).toHaveLength(1)
})
