import { CommandKind, Reject, SUPPORTED_BEHAVIOURS } from '@uptick/core'
import { expect, test } from 'vitest'
import { Cluster, release, type Build } from './simulation/cluster.ts'
import { member } from './simulation/memory-cluster.ts'
import { ProcessTime } from './simulation/process-time.ts'
import { SessionClient } from './simulation/session-client.ts'

const NEWER = 77
const ALL = [...SUPPORTED_BEHAVIOURS, NEWER]

/** Two engines, those at `newer` of the newer release, which lead and follow; and somebody who gives commands. */
async function setUp(newer: readonly number[]): Promise<{ cluster: Cluster; client: SessionClient }> {
  const build = (place: number): Build => release(newer.includes(place) ? ALL : SUPPORTED_BEHAVIOURS)
  const cluster = new Cluster({ seed: 5, engines: 2, build })
  cluster.start()
  const process = new ProcessTime(cluster.time)
  const client = new SessionClient({
    session: 1000,
    urls: cluster.urls,
    dial: (url, events) => cluster.network.dial('client', process, url, events),
    clock: process,
    timers: process,
  })
  await cluster.time.advance(2_000)
  return { cluster, client }
}

const activate = { kind: CommandKind.ACTIVATE_BEHAVIOUR, value: NEWER }

test('a behaviour that one member does not know is not activated', async () => {
  const { cluster, client } = await setUp([0])
  const number = client.submit(activate)
  await cluster.time.advance(2_000)
  expect(client.replies.get(number)?.reject).toBe(Reject.BEHAVIOUR_UNKNOWN)
  expect(cluster.engines.map(({ role }) => role).toSorted()).toEqual(['leading', 'standby'])
})

test('one that every member knows is activated on all', async () => {
  const { cluster, client } = await setUp([0, 1])
  const number = client.submit(activate)
  await cluster.time.advance(2_000)
  expect(client.replies.get(number)?.reject).toBe(Reject.NONE)
  const states = cluster.engines.map(({ leader, standby }) => leader?.exchange ?? standby?.state.exchange)
  expect(states.map((exchange) => exchange?.catalogue().behaviours.includes(NEWER))).toEqual([true, true])
})

test('a build that lacks a behaviour that is active refuses to lead, says which, and stays', async () => {
  const { cluster, client } = await setUp([0, 1])
  client.submit(activate)
  await cluster.time.advance(1_000)
  client.submit({ kind: CommandKind.TICK })
  await cluster.time.advance(1_000)
  const reasons: string[] = []
  const older = member(cluster.store, {
    conditions: { set: (name, met, reason) => void (name === 'compatible' && !met && reasons.push(reason ?? '')) },
  })
  void older.engine.start()
  for (let i = 0; i < 200 && older.engine.role !== 'unfit'; i++) await older.time.advance(10)
  expect(older.engine.role).toBe('unfit')
  expect(reasons).toEqual([
    expect.stringMatching(/^sequence \d+ activated behaviour 77, which this build does not know$/),
  ])
  expect(older.failures).toEqual([])
})
