import { expect, test } from 'vitest'
import { systemTimers, type Clock } from '@uptick/runtime'
import { AWAY_MS_MAX } from './limits.ts'
import { rehearseLeading } from './rehearsal.ts'
import { started, type Member } from '../testing/memory-cluster.ts'
import { JournalStore } from '../testing/journal-store.ts'

/** A clock that jumps at its `jumpAt`th look, as that of a process does that got no processor meanwhile. */
function jumping(jumpAt: number): { clock: Clock; looks: () => number } {
  let looks = 0
  const elapsed = (): number => (++looks >= jumpAt ? 2 * AWAY_MS_MAX : 0)
  return { clock: { now: () => 1_000_000 + elapsed(), elapsed }, looks: () => looks }
}

test('practice ends, also when the process stands still in the middle of it', async () => {
  const whole = jumping(Number.POSITIVE_INFINITY)
  await rehearseLeading(whole.clock, systemTimers)
  const looks = whole.looks()
  expect(looks).toBeGreaterThan(100)
  for (const share of [0, 0.01, 0.5, 0.99]) {
    const { clock } = jumping(Math.ceil(looks * share))
    await rehearseLeading(clock, systemTimers)
  }
})

test('a standby whose practice does not end is ready without', async () => {
  const store = new JournalStore()
  const leader = await started(store)
  const standby = await started(store, { rehearse: () => new Promise(() => undefined) })
  await advance(2_000, leader, standby)
  expect([leader.engine.role, standby.engine.role]).toEqual(['leading', 'standby'])
  expect(standby.conditions.get('caught-up')).toBe(false)
  await advance(12_000, leader, standby)
  expect(standby.conditions.get('caught-up')).toBe(true)
  expect(standby.engine.role).toBe('standby')
})

/** Each has a clock of its own. */
async function advance(ms: number, ...members: readonly Member[]): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) for (const { time } of members) await time.advance(100)
}
