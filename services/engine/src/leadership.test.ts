import { CommandKind, Reject, SUPPORTED_BEHAVIOURS } from '@uptick/core'
import { LinkRole } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { Cluster, release } from '../testing/cluster.ts'
import { DistantLease } from '../testing/distant-store.ts'
import { ProcessTime } from '../testing/process-time.ts'
import { SessionClient } from '../testing/session-client.ts'

/** A lease that this member cannot renew, and that is not certain, while `isUncertain`. */
class UncertainLease extends DistantLease {
  isUncertain = false

  override get isAlive(): boolean {
    return !this.isUncertain && super.isAlive
  }

  override renew(epoch: number): Promise<boolean> {
    return this.isUncertain ? Promise.reject(new Error('cut off')) : super.renew(epoch)
  }
}

test('a leader that hands off while its lease is uncertain leads again later, without a gap in its outcomes', async () => {
  const leases = new Map<string, UncertainLease>()
  const cluster = new Cluster({
    seed: 3,
    engines: 2,
    build: () => release(SUPPORTED_BEHAVIOURS),
    openLease: (store, options, distance) => {
      const lease = new UncertainLease(store, options, distance)
      leases.set(options.holder, lease)
      return lease
    },
  })
  const newClient = (session: number): SessionClient => {
    const process = new ProcessTime(cluster.time)
    const dial = cluster.dialler('client', process, LinkRole.OPERATOR)
    return new SessionClient({ session, urls: cluster.urls, dial, clock: process, timers: process })
  }
  cluster.start()
  const client = newClient(1000)
  client.submit({ kind: CommandKind.TICK })
  await cluster.time.advance(2_000)
  const first = cluster.leader!
  leases.get(first.holder)!.isUncertain = true
  // Durable, and told to no client.
  const told = client.replies.size
  client.submit({ kind: CommandKind.TICK })
  await cluster.time.advance(100)
  const { durable, held, exchange } = first.engine.leader!
  expect([durable, held, client.replies.size]).toEqual([exchange.sequence, 1, told])
  // It would send the command again, and the standby would find the gap.
  client.close()
  void first.engine.handOff()
  await cluster.time.advance(1_000)
  leases.get(first.holder)!.isUncertain = false
  expect(cluster.leader).not.toBe(first)
  await cluster.time.advance(1_000)
  void cluster.leader!.engine.handOff()
  await cluster.time.advance(1_000)
  expect(cluster.leader).toBe(first)
  const other = newClient(1001)
  const number = other.submit({ kind: CommandKind.TICK })
  await cluster.time.advance(1_000)
  expect(other.replies.get(number)?.reject).toBe(Reject.NONE)
})
