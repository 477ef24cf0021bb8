import { spawnSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { annotationQueries, BOARDS, checkBoards, queriesOf } from '@uptick/dashboards'
import { OperatorClient } from '@uptick/operator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeTraders } from '../../src/client/make-traders.ts'
import { Acknowledgements } from '../../src/reconcile/acknowledgements.ts'
import { Traffic } from '../../src/reconcile/traffic.ts'
import { startExchange, type RunningExchange } from '../../testing/exchange.ts'
import { startPrometheus, type RunningPrometheus } from '../../testing/prometheus.ts'

/** Rates look back a minute, and a point needs two scrapes: what happened before is seen after this. */
const SEEN_MS_MAX = 60_000
const POLL_MS = 1_000
const market = { symbol: 'BTCUSDT', priceDecimals: 2, quantityDecimals: 5 }

const isThere = spawnSync('prometheus', ['--version'], { stdio: 'ignore' }).status === 0
if (!isThere) process.stderr.write('prometheus is missing: queries of the dashboards are not run\n')

// A laptop may be without it; a gate without it fails.
describe.skipIf(!isThere && process.env['CI'] !== 'true')('dashboards of an exchange under load', () => {
  let exchange: RunningExchange
  let prometheus: RunningPrometheus
  let traffic: Traffic
  const acknowledgements = new Acknowledgements()

  beforeAll(async () => {
    exchange = await startExchange()
    prometheus = await startPrometheus(exchange.running().ops)
    const operator = new OperatorClient(exchange.running().operatorUrl, exchange.operatorToken)
    const traders = await makeTraders(operator, 2)
    traffic = new Traffic({ url: exchange.url, market, traders, acknowledgements, seed: 1, inFlight: 4 })
    traffic.start()
  }, 120_000)
  afterAll(async () => {
    await traffic?.pause()
    await prometheus?.stop()
    await exchange?.stop()
  }, 120_000)

  test('every query of every panel gives data', { timeout: 2 * SEEN_MS_MAX }, async () => {
    for (const began = performance.now(); ; await delay(POLL_MS)) {
      const { findings, queries } = await checkBoards(prometheus.api)
      const isOver = performance.now() - began > SEEN_MS_MAX
      if (findings.length > 0 && !isOver) continue
      expect(findings).toEqual([])
      expect(acknowledgements.count('acknowledged')).toBeGreaterThan(0)
      expect(queries).toBeGreaterThan(Object.values(BOARDS).flatMap(queriesOf).length)
      return
    }
  })

  test('a query that gives nothing is found', async () => {
    const panel = { kind: 'stat', title: 'Planted', description: 'x.', unit: 'none' } as const
    const queries = [{ expr: 'engine_epochs', legend: 'x' }]
    const row = { title: 'Row', panels: [{ ...panel, queries }] }
    const planted = { uid: 'planted', title: 'Planted', description: 'x.', variables: [], rows: [row] }
    const { findings } = await checkBoards(prometheus.api, { planted })
    expect(findings).toMatchObject([{ board: 'Planted', expr: 'engine_epochs', reason: 'no series' }])
  })

  test('a change of leader is marked', { timeout: SEEN_MS_MAX }, async () => {
    await new OperatorClient(exchange.running().operatorUrl, exchange.operatorToken).call('POST', '/handoff')
    const [leader] = annotationQueries()
    expect(leader?.panel).toBe('Change of leader')
    while ((await prometheus.api.query(leader?.expr ?? '')).length === 0) await delay(POLL_MS)
  })
})
