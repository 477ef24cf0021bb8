import { CommandKind, Exchange, Reject, SUPPORTED_BEHAVIOURS } from '@uptick/core'
import { expect, test } from 'vitest'
import { Cluster } from './simulation/cluster.ts'
import { member } from './simulation/memory-cluster.ts'

const NEWER = 77
const ALL = [...SUPPORTED_BEHAVIOURS, NEWER]

/** Places of the engines that are of the newer release. */
function cluster(newer: readonly number[]): Cluster {
  return new Cluster({
    seed: 5,
    engines: 2,
    clients: 1,
    behaviours: (place) => (newer.includes(place) ? ALL : SUPPORTED_BEHAVIOURS),
    openExchange: (place) => new Exchange({ supportedBehaviours: newer.includes(place) ? ALL : SUPPORTED_BEHAVIOURS }),
  })
}

const activate = { kind: CommandKind.ACTIVATE_BEHAVIOUR, value: NEWER }

test('a behaviour that one member does not know is not activated', async () => {
  const mixed = cluster([0])
  await mixed.run(2_000, 50)
  const number = mixed.clients[0]!.submit(activate)
  await mixed.settle(5_000)
  expect(mixed.clients[0]!.replies.get(number)?.reject).toBe(Reject.BEHAVIOUR_UNKNOWN)
  expect(mixed.engines.map(({ role }) => role).toSorted()).toEqual(['leading', 'standby'])
})

test('one that every member knows is activated on all', async () => {
  const equal = cluster([0, 1])
  await equal.run(2_000, 50)
  const number = equal.clients[0]!.submit(activate)
  await equal.settle(5_000)
  expect(equal.clients[0]!.replies.get(number)?.reject).toBe(Reject.NONE)
  const states = equal.engines.map(({ leader, standby }) => leader?.exchange ?? standby?.state.exchange)
  expect(states.map((exchange) => exchange?.catalogue().behaviours.includes(NEWER))).toEqual([true, true])
})

test('a build that lacks a behaviour that is active refuses to lead, says which, and stays', async () => {
  const equal = cluster([0, 1])
  await equal.run(2_000, 50)
  equal.clients[0]!.submit(activate)
  await equal.run(1_000, 50)
  await equal.settle(5_000)
  const reasons: string[] = []
  const older = member(equal.store, {
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
