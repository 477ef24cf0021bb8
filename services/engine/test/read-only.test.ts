import { setTimeout as delay } from 'node:timers/promises'
import { CommandKind } from '@uptick/core'
import { openClient } from '@uptick/journal'
import { FaultyProxy, startServerPair, type ServerPair } from '@uptick/journal/testing'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startEngine, untilReady, untilRole, type RunningEngine } from './running-engine.ts'
import { TestGateway } from './test-gateway.ts'

const SESSION = 4711

let pair: ServerPair
let proxy: FaultyProxy
const engines: RunningEngine[] = []

beforeAll(async () => {
  pair = await startServerPair()
})
afterEach(async () => {
  for (const engine of engines.splice(0).toReversed()) await engine.stop()
  await proxy.close()
})
afterAll(() => pair.stop())

async function start(url: string): Promise<RunningEngine> {
  const engine = await startEngine(url)
  engines.push(engine)
  await untilReady(engine)
  return engine
}

/** End the connections that write; each is made anew when it is needed. */
async function endWriters(): Promise<void> {
  const client = openClient(pair.primary.url(), 'test')
  await client.connect()
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'uptick-journal-writer'`,
  )
  await client.end()
}

function untilWritable({ lifecycle }: RunningEngine, met: boolean): Promise<string> {
  return new Promise((resolve) =>
    lifecycle.onChange((condition) => {
      if (condition.name === 'writable' && condition.met === met) resolve(condition.reason)
    }),
  )
}

test('a leader that keeps its lease and cannot write gives the shard up to one that can', async () => {
  proxy = await FaultyProxy.inFrontOf(pair.primary.url())
  const leader = await start(proxy.url(pair.primary.url()))
  const standby = await start(pair.primary.url())
  const gateway = await TestGateway.connect(leader.url, SESSION)
  proxy.redirect(pair.standby.url())
  await endWriters()
  gateway.openSession()
  await untilRole(standby, 'leading')
  await gateway.hangUp()
  expect(gateway.replies.size).toBe(0)
  expect(leader.engine.role).toBe('fenced')
  // Its state goes with the process once it has seen that the journal holds all of it.
  proxy.redirect(pair.primary.url())
  while (leader.failures.length === 0) await delay(5)
  expect(leader.failures).toEqual([expect.stringContaining('cannot write')])
  const other = await TestGateway.connect(standby.url, SESSION)
  other.send([{ kind: CommandKind.OPEN_SESSION }])
  await other.untilReplied(0)
  await other.hangUp()
})

test('a standby that could not write is not ready, and says why', async () => {
  proxy = await FaultyProxy.inFrontOf(pair.primary.url())
  await start(pair.primary.url())
  const standby = await start(proxy.url(pair.primary.url()))
  standby.lifecycle.markStarted()
  expect(standby.lifecycle.readiness().ok).toBe(true)
  proxy.redirect(pair.standby.url())
  const [why] = await Promise.all([untilWritable(standby, false), endWriters()])
  expect(why).toContain('leads to a standby')
  expect(standby.lifecycle.readiness().ok).toBe(false)
  proxy.redirect(pair.primary.url())
  await untilWritable(standby, true)
})
