import { expect, test } from 'vitest'
import { shortageIn } from './connection-shortage.ts'

const room = { max: 100, reserved: 3, inUse: 90, others: 10 }

test.each([
  // 100 - 3 - 90 = 7 are left.
  [{ own: 7, planned: 0 }, undefined],
  [{ own: 8, planned: 0 }, /90 are in use: 7 are left, and this process opens up to 8$/],
  // 100 - 3 - 10 of others = 87 for the exchange, its present connections included.
  [{ own: 3, planned: 87 }, undefined],
  [{ own: 3, planned: 89 }, /other programs have 10: the exchange as it is configured opens up to 89, 2 too many$/],
])('%o: %s', (needs, sentence) => {
  if (sentence === undefined) expect(shortageIn(room, needs)).toBeUndefined()
  else expect(shortageIn(room, needs)).toMatch(sentence)
})

test('when more are in use than ordinary users may have, none is left', () => {
  expect(shortageIn({ ...room, inUse: 99 }, { own: 1, planned: 0 })).toContain('0 are left')
})
