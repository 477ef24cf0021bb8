import { setTimeout as delay } from 'node:timers/promises'
import { PROCESS_CONNECTIONS } from '@uptick/journal'
import { openTestPool } from '@uptick/journal/testing'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RunningExchange } from './running-exchange.ts'

const ENGINES = 2
const LOOKS = 100

let exchange: RunningExchange
let pool: Pool

beforeAll(async () => {
  exchange = await RunningExchange.start({}, ENGINES)
  pool = openTestPool(exchange.database.url, { application_name: 'test' })
})
afterAll(async () => {
  await pool.end()
  await exchange.stop()
})

/** Connections to the database of the test, all and those of the gateway. */
async function look(): Promise<{ all: number; gateway: number }> {
  const { rows } = await pool.query<{ all: number; gateway: number }>(
    `SELECT count(*)::integer AS all,
       (count(*) FILTER (WHERE application_name LIKE 'uptick-gateway%'))::integer AS gateway
     FROM pg_stat_activity WHERE datname = current_database() AND application_name <> 'test'`,
  )
  return rows[0]!
}

test('no process opens more connections than it is said to, however busy it is', async () => {
  const trader = await exchange.trader()
  const load = { goesOn: true }
  const trade = async (): Promise<void> => {
    while (load.goesOn) {
      await trader.limit('BUY', '0.001', '1000')
      await trader.send('DELETE', '/api/v3/openOrders', { symbol: 'BTCUSDT' })
    }
  }
  const read = async (): Promise<void> => {
    while (load.goesOn) await trader.send('GET', '/api/v3/allOrders', { symbol: 'BTCUSDT' })
  }
  const operate = async (): Promise<void> => {
    while (load.goesOn) await exchange.operate('GET', '/keys')
  }
  const busy = [trade(), operate(), ...Array.from({ length: 12 }, read)]
  const seen = { all: 0, gateway: 0 }
  for (let i = 0; i < LOOKS; i++) {
    const { all, gateway } = await look()
    seen.all = Math.max(seen.all, all)
    seen.gateway = Math.max(seen.gateway, gateway)
    await delay(20)
  }
  load.goesOn = false
  await Promise.all(busy)
  const { engine, recorder, gateway } = PROCESS_CONNECTIONS
  expect(seen.gateway).toBe(gateway)
  expect(seen.all).toBeLessThanOrEqual(ENGINES * engine + recorder + gateway)
})

test('PostgreSQL without room for all is named at the start, and the exchange runs all the same', async () => {
  const { rows } = await pool.query<{ max: number }>(`SELECT current_setting('max_connections')::integer AS max`)
  const max = rows[0]!.max
  const crowded = await exchange.startGateway({ CONNECTIONS_PLANNED: max })
  const condition = crowded.lifecycle.condition('connections')
  expect(condition).toMatchObject({ met: false, isAdvisory: true })
  expect(condition?.reason).toContain(`PostgreSQL takes ${max} connections`)
  expect(crowded.lifecycle.readiness().ok).toBe(true)
  await crowded.stop()
  expect(exchange.gateway.lifecycle.condition('connections')?.met).toBe(true)
})
