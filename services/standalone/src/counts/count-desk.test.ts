import { expect, test } from 'vitest'
import { CountDesk } from './count-desk.ts'

test('a claim belongs to the first that makes it, also when repeated, until its time is over', () => {
  let now = 0
  const desk = new CountDesk(() => now)
  const claim = (life: string, name: string): boolean => {
    const message = { uptick: 'count', id: 1, life, counts: [], bans: [], asked: [] } as const
    return desk.heard({ ...message, claims: [{ name, msLeft: 60_000 }] }).claimed[0]!
  }
  expect([claim('a', 'x'), claim('b', 'x'), claim('a', 'x'), claim('b', 'y')]).toEqual([true, false, true, true])
  now = 61_000
  expect([claim('b', 'x'), claim('a', 'x')]).toEqual([true, false])
})
