import { setTimeout as delay } from 'node:timers/promises'
import { createDatabase, FaultyProxy, type TestDatabase } from '@uptick/journal/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Siege } from '../testing/siege.ts'

/*
 * Under load every connection of the exchange to PostgreSQL falls silent at once: nothing is refused and nothing reset,
 * bytes only do not arrive any more. That is what a machine that loses its power, or a firewall that forgets, looks like.
 */
const SEED = Number(process.env['CHAOS_SEED'] ?? 1)
/** Longer than a lease, shorter than what gateways hold. */
const OUT_OF_REACH_MS = 2_000

let database: TestDatabase
let proxy: FaultyProxy
let siege: Siege

beforeAll(async () => {
  database = await createDatabase()
  proxy = await FaultyProxy.inFrontOf(database.url)
  siege = await Siege.begin(SEED, { exchangeUrl: proxy.url(database.url), witnessUrl: database.url })
}, 120_000)
afterAll(async () => {
  await siege.end()
  await proxy.close()
  await database.drop()
}, 120_000)

test('connections that fall silent cost a pause, and nothing that was told', { timeout: 240_000 }, async () => {
  for (const name of ['once', 'again'] as const) {
    const { findings, outageMs } = await siege.round(500, () => Promise.resolve(proxy.silence()))
    process.stdout.write(`silent ${name}: traded on after ${Math.round(outageMs)} ms\n`)
    expect(findings, name).toEqual([])
  }
})

test('and so does a PostgreSQL that cannot be reached at all for a while', { timeout: 240_000 }, async () => {
  const { findings, outageMs } = await siege.round(500, async () => {
    proxy.silence()
    proxy.mode = 'hold'
    await delay(OUT_OF_REACH_MS)
    proxy.release()
  })
  process.stdout.write(`out of reach: traded on after ${Math.round(outageMs)} ms\n`)
  expect(findings).toEqual([])
})
