import { CommandKind } from '@uptick/core'
import { describe, expect, test } from 'vitest'
import { commandsFrame, started } from './simulation/memory-cluster.ts'
import { JournalStore } from './simulation/memory-journal.ts'

const SESSION = 77
const open = { kind: CommandKind.OPEN_SESSION }
const account = (number: number) => ({ kind: CommandKind.ADD_ACCOUNT, number, text: `account ${number}` })

describe('a journal that lost rows', () => {
  test('a standby that has seen a later epoch halts the shard, and does not claim the number again', async () => {
    const store = new JournalStore()
    await started(store)
    const standby = await started(store)
    expect(store.epoch).toBe(1)
    // The claim is lost, and with it the lease: the shard looks free.
    store.epoch = 0
    store.claim = 0
    Object.assign(store.lease, { epoch: 0, holder: '', expiresAt: -Infinity })
    await standby.time.advance(1_000)
    expect(standby.engine.role).toBe('halted')
    expect(store.lease.halted).toContain('the journal is at epoch 0, and was at 1')
    expect(store.epoch).toBe(0)
  })

  test('the number of an epoch that is given again halts the shard', async () => {
    const store = new JournalStore()
    await started(store)
    const standby = await started(store)
    store.claim = ++store.claims
    await standby.time.advance(1_000)
    expect(standby.engine.role).toBe('halted')
    expect(store.lease.halted).toContain('epoch 1 was given twice')
  })

  test('a leader whose epoch was claimed again acknowledges nothing more', async () => {
    const store = new JournalStore()
    const leader = await started(store)
    const gateway = leader.link()
    gateway.hello(SESSION, 0)
    gateway.give(commandsFrame(SESSION, [open]))
    await leader.time.turn()
    const fed = gateway.fed()
    store.claim = ++store.claims
    gateway.give(commandsFrame(SESSION, [account(1)]))
    await leader.time.advance(100)
    expect(leader.engine.role).toBe('halted')
    expect(gateway.fed()).toEqual(fed)
    expect(store.last).toBe(1)
  })
})
