import { CommandKind } from '@uptick/core'
import { expect, test } from 'vitest'
import { AWAY_MS_MAX } from './limits.ts'
import { commandsFrame, started } from '../testing/memory-cluster.ts'
import { JournalStore } from '../testing/journal-store.ts'
import { Wakefulness } from './wakefulness.ts'

const SESSION = 77
const open = { kind: CommandKind.OPEN_SESSION }
const account = (number: number) => ({ kind: CommandKind.ADD_ACCOUNT, number, text: `account ${number}` })

test('an absence is noticed once, by the first look', () => {
  let now = 0
  let woke = 0
  const clock = { now: () => 0, elapsed: () => now }
  const wakefulness = new Wakefulness(clock, () => woke++)
  for (; now < 5 * AWAY_MS_MAX; now += AWAY_MS_MAX / 2) wakefulness.check()
  expect(woke).toBe(0)
  now += 2 * AWAY_MS_MAX
  wakefulness.check()
  wakefulness.check()
  expect(woke).toBe(1)
})

test('what came in while the process was stopped is not executed; its gateway must send it again', async () => {
  const store = new JournalStore()
  const { time, link } = await started(store)
  const gateway = link()
  gateway.hello(SESSION, 0)
  gateway.give(commandsFrame(SESSION, [open]))
  await time.turn()
  time.stand(5_000)
  gateway.give(commandsFrame(SESSION, [account(1)]))
  await time.turn()
  expect(gateway.fed()).toEqual([1])
  await time.advance(AWAY_MS_MAX)
  expect(gateway.closedWith?.reason).toBe('was away: send what still stands')
  const again = link()
  again.hello(SESSION, 2)
  again.give(commandsFrame(SESSION, [open, account(1)]))
  await time.advance(1_000)
  expect(again.fed()).toEqual([2, 3])
})
