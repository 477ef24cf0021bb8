import { SUPPORTED_BEHAVIOURS } from '@uptick/core'
import { expect, test } from 'vitest'
import { Cluster, release } from '../testing/cluster.ts'

const LEASE_MS = 1_500
const HOUR = 3_600_000

/** Three engines, of which one leads and two follow, once they have seen it renew its lease. */
async function led(seed: number): Promise<Cluster> {
  const cluster = new Cluster({ seed, engines: 3, build: () => release(SUPPORTED_BEHAVIOURS) })
  cluster.start()
  await cluster.time.advance(3_000)
  return cluster
}

test.each([1, 2, 3, 4, 5, 6])(
  'PostgreSQL’s clock is set back while the leader is frozen: the pause is no longer by it (seed %i)',
  async (seed) => {
    const cluster = await led(seed)
    const leader = cluster.leader!
    leader.process.stop()
    await cluster.time.advance(cluster.random.integer(0, LEASE_MS))
    cluster.store.clockStep -= HOUR
    await cluster.time.advance(LEASE_MS + 400)
    const others = cluster.members.filter((member) => member !== leader)
    expect(others.map(({ engine }) => engine.role).toSorted()).toEqual(['leading', 'standby'])
  },
)

test('PostgreSQL’s clock is set ahead repeatedly: the leader continues', async () => {
  const cluster = await led(7)
  const { epoch } = cluster.store
  for (let step = 0; step < 20; step++) {
    cluster.store.clockStep += HOUR
    await cluster.time.advance(cluster.random.integer(1, 700))
  }
  expect([cluster.store.epoch, cluster.leader?.engine.leader?.members.count]).toEqual([epoch, 2])
})

test('PostgreSQL’s clock is set ahead while the leader is frozen: the lease is waited for', async () => {
  const cluster = await led(8)
  const leader = cluster.leader!
  const others = cluster.members.filter((member) => member !== leader)
  leader.process.stop()
  cluster.store.clockStep += HOUR
  await cluster.time.advance(LEASE_MS / 2)
  expect(others.map(({ engine }) => engine.role)).toEqual(['standby', 'standby'])
  await cluster.time.advance(LEASE_MS)
  expect(others.map(({ engine }) => engine.role).toSorted()).toEqual(['leading', 'standby'])
})

test('a restarted engine takes a lease that has expired by PostgreSQL’s clock at once', async () => {
  const cluster = new Cluster({ seed: 9, engines: 1 })
  const { lease } = cluster.store
  // The holder's machine has lost its power: its session is still open.
  Object.assign(lease, { epoch: 1, holder: 'gone', expiresAt: -1 })
  cluster.store.epoch = 1
  cluster.store.alive.add('gone')
  cluster.start()
  await cluster.time.advance(LEASE_MS / 5)
  expect(cluster.leader?.engine.role).toBe('leading')
})
