import { expect, test } from 'vitest'
import { STAND_INS_MAX, StandIns } from './stand-ins.ts'

const SECOND = 1_000_000

/** Sequences that another gateway has to do. */
const left = (all: StandIns, session: number, through: number | null, now: number): number[] =>
  all.learn(session, through, now).map(({ sequence }) => sequence)

const nothing = (): void => {}

test('what a gateway has passed is done; what it has not passed in three seconds others do', () => {
  const all = new StandIns()
  for (const sequence of [4, 6, 9]) all.add(11, sequence, sequence * SECOND, nothing)
  expect(left(all, 11, 5, 8 * SECOND)).toEqual([])
  expect(all.size).toBe(2)
  expect(left(all, 11, 5, 9 * SECOND)).toEqual([6])
  expect(left(all, 11, 5, 12 * SECOND)).toEqual([9])
  expect([all.size, all.sessions]).toEqual([0, []])
})

test('nothing is taken over from a gateway that never reported how far it is', () => {
  const all = new StandIns()
  all.add(11, 4, 0, nothing)
  expect(left(all, 11, null, SECOND)).toEqual([])
  expect(all.size).toBe(1)
  expect(left(all, 11, null, 3 * SECOND)).toEqual([])
  expect(all.size).toBe(0)
})

test('time without an exchange does not count', () => {
  const all = new StandIns()
  all.add(11, 4, 0, nothing)
  all.wait(10 * SECOND)
  expect(left(all, 11, 0, 12 * SECOND)).toEqual([])
  expect(left(all, 11, 0, 13 * SECOND)).toEqual([4])
})

test('the number of waiting outcomes is bounded', () => {
  const all = new StandIns()
  for (let sequence = 1; sequence <= STAND_INS_MAX + 5; sequence++) all.add(sequence % 3, sequence, 0, nothing)
  expect(all.size).toBe(STAND_INS_MAX)
  const found = [0, 1, 2].flatMap((session) => left(all, session, 0, 3 * SECOND))
  expect(found).toHaveLength(STAND_INS_MAX)
  expect(found).toContain(STAND_INS_MAX + 5)
})
