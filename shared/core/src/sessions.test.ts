import { expect, test } from 'vitest'
import { CommandKind } from './command.ts'
import { Exchange } from './exchange.ts'
import { Reject } from './reject.ts'
import { Driver, listed } from '../testing/driver.ts'

// The engine ends sessions past 1,024 (services/engine/src/limits.ts). A journal may have more, from another release or
// a late sweep. It is executed, carried over in snapshots, and shrinks again.
const SESSIONS = 20_000

test('replays a journal with twenty times as many sessions as an engine keeps', { timeout: 60_000 }, () => {
  const driver = listed()
  const before = driver.exchange.snapshot().length
  const deposit = (session: number, number: number) =>
    driver.send(CommandKind.DEPOSIT, { session, number, account: 1, amount: 1n })
  for (let session = 1; session <= SESSIONS; session++) {
    expect(driver.reject(CommandKind.OPEN_SESSION, { session })).toBe('NONE')
    for (let number = 1; number <= 2; number++) deposit(session, number)
  }
  expect(driver.exchange.counts().sessions).toBe(SESSIONS)
  const restored = Exchange.restore(driver.exchange.snapshot())
  expect(restored.stateHash()).toBe(driver.exchange.stateHash())
  const later = Object.assign(new Driver(), { exchange: restored, time: driver.time })
  for (const session of [1, SESSIONS / 2, SESSIONS]) {
    const again = later.send(CommandKind.DEPOSIT, { session, number: 2, account: 1, amount: 1n })
    expect(again).toMatchObject({ repeated: true, reject: Reject.NONE })
    expect(later.send(CommandKind.DEPOSIT, { session, number: 3, account: 1, amount: 1n }).reject).toBe(Reject.NONE)
  }
  for (let session = 1; session <= SESSIONS; session++) later.send(CommandKind.EXPIRE_SESSION, { session })
  expect(restored.counts().sessions).toBe(0)
  // The account has a balance now.
  expect(restored.snapshot().length).toBeLessThan(before + 1_000)
})
