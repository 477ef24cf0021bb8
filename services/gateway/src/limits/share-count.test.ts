import { expect, test } from 'vitest'
import { ShareCount } from './share-count.ts'

test('each key has its own share, and can use it again after giving it back', () => {
  const shares = new ShareCount<string>(2)
  expect([shares.take('a'), shares.take('a'), shares.take('a'), shares.take('b')]).toEqual([true, true, false, true])
  shares.give('a')
  expect([shares.held('a'), shares.held('b'), shares.held('c')]).toEqual([1, 1, 0])
  expect(shares.take('a')).toBe(true)
  for (let n = 0; n < 3; n++) shares.give('a')
  expect(shares.held('a')).toBe(0)
})
