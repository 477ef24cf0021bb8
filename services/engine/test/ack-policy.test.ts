import { CommandKind } from '@uptick/core'
import { startServerPair, waitForStandbys, type ServerPair } from '@uptick/journal/testing'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startEngine, untilReady, type RunningEngine } from './running-engine.ts'
import { TestGateway } from './test-gateway.ts'

const SESSION = 4711

let pair: ServerPair
const engines: RunningEngine[] = []

beforeAll(async () => {
  pair = await startServerPair()
  await waitForStandbys(pair.primary, 'second')
})
afterEach(async () => {
  for (const engine of engines.splice(0).toReversed()) await engine.stop()
})
afterAll(() => pair.stop())

async function start(): Promise<RunningEngine> {
  const engine = await startEngine(pair.primary.url(), {}, { ACK_POLICY: 'journal-synchronous' })
  engines.push(engine)
  await untilReady(engine)
  return engine
}

function until({ lifecycle }: RunningEngine, name: string, met: boolean): Promise<string> {
  const now = lifecycle.condition(name)
  if (now?.met === met) return Promise.resolve(now.reason)
  return new Promise((resolve) =>
    lifecycle.onChange((condition) => {
      if (condition.name === name && condition.met === met) resolve(condition.reason)
    }),
  )
}

test('"journal-synchronous" acknowledges nothing while commits wait for no standby, and says so', async () => {
  const [leader, standby] = [await start(), await start()]
  const gateway = await TestGateway.connect(leader.url, SESSION)
  gateway.openSession()
  await gateway.untilReplied(0)
  await waitForStandbys(pair.primary, '')
  gateway.send([{ kind: CommandKind.ADD_ACCOUNT, number: 1, text: 'unanswered' }])
  // The leader by its append, the others by looking.
  expect(await until(leader, 'journal', false)).toContain('synchronous_standby_names is empty')
  for (const each of [leader, standby]) {
    expect(await until(each, 'replication', false)).toContain('synchronous_standby_names is empty')
  }
  expect(await until(standby, 'writable', false)).toContain('synchronous_standby_names is empty')
  expect([...gateway.replies.keys()]).toEqual([0])
  await waitForStandbys(pair.primary, 'second')
  await gateway.untilReplied(1)
  expect([leader.engine.role, standby.engine.role]).toEqual(['leading', 'standby'])
  await until(standby, 'writable', true)
  await until(leader, 'replication', true)
  await gateway.hangUp()
})
