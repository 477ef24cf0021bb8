import { expect, test } from 'vitest'
import { element } from '../element.ts'
import { isOnAt, murmur3, placeOf } from './account-side.ts'
import { AGREE_MS_MAX, judgeSides, type Lane, type SideAnswer } from './judge-sides.ts'

const flag = 'amend-keep-priority'
/** One that comes on between 10 and 50 %. */
const between = Array.from({ length: 200 }, (_, index) => index + 1).filter(
  (each) => placeOf(flag, each) > 10 && placeOf(flag, each) <= 50,
)
const account = element(between, 0)
const percentages = [
  { percent: 0, at: -20_000 },
  { percent: 10, at: 0 },
  { percent: 50, at: 20_000 },
]
const END = 40_000

const answer = (sentAt: number, isOn: boolean): SideAnswer => ({ sentAt, answeredAt: sentAt + 1, isOn })
const lane = (...answers: SideAnswer[]): Lane => ({ account, flag, answers: [answer(-9_000, false), ...answers] })

test.each([
  // https://github.com/aappleby/smhasher/blob/master/src/main.cpp and widely published vectors, seed 0
  ['', 0],
  ['a', 0x3c_25_69_b2],
  ['abc', 0xb3_dd_93_fa],
  ['hello', 0x24_8b_fa_47],
  ['The quick brown fox jumps over the lazy dog', 0x2e_4f_f7_23],
])('the hash of %j is %i', (text, hash) => {
  expect(murmur3(text)).toBe(hash)
})

test('an account is on from its place on, and stays on', () => {
  const place = placeOf(flag, account)
  const on = Array.from({ length: 101 }, (_, percent) => isOnAt(flag, account, percent))
  expect(on.indexOf(true)).toBe(place)
  expect(on.slice(place)).not.toContain(false)
})

test('the side changes with the percentage and within ten seconds', () => {
  const told = lane(answer(1, false), answer(20_500, false), answer(21_000, true), answer(39_000, true))
  expect(judgeSides([told], percentages, END)).toEqual({ wrong: [], agreedMs: [0, 500] })
})

test.each([
  ['changed to on', lane(answer(1, false), answer(5_000, true), answer(21_000, true))],
  ['still off', lane(answer(1, false), answer(20_001 + AGREE_MS_MAX, false), answer(39_000, true))],
  ['went back to off', lane(answer(1, false), answer(21_000, true), answer(22_000, false), answer(23_000, true))],
  ['never answered as on', lane(answer(1, false))],
])('what is wrong: %s', (what, told) => {
  expect(judgeSides([told], percentages, END).wrong).toEqual([expect.stringContaining(what)])
})

test('what was set before the first percentage is not known', () => {
  const told = lane(answer(1, false), answer(21_000, true))
  const judged = judgeSides([{ ...told, answers: [answer(-19_000, true), ...told.answers] }], percentages, END)
  expect(judged).toEqual({ wrong: [], agreedMs: [0, 0] })
})

test('a request that is on its way when the percentage changes may be answered either way', () => {
  const across = { sentAt: 19_999, answeredAt: 20_003, isOn: true }
  const told = lane(answer(1, false), across, answer(21_000, true))
  expect(judgeSides([told], percentages, END).wrong).toEqual([])
})
