import { expect, test } from 'vitest'
import { mutated, mutationsOf } from './mutation.ts'
import { describeMutation, scores, type Fate } from './score.ts'

const [mutation] = mutationsOf('a.ts', ['a.test.ts'], [['x < y', 'x <= y']])

const judged = (room: string, ...fates: Fate[]) => fates.map((fate) => ({ room, mutation: mutation!, fate }))
const times = (count: number, fate: Fate): Fate[] => Array.from({ length: count }, () => fate)

test('a room passes with nine of ten, without those that no test can notice', () => {
  const { lines, failures } = scores(judged('core', ...times(9, 'noticed'), 'survived', 'equivalent'))
  expect(lines).toEqual(['core         9 of 10 noticed (90 %), 1 equivalent'])
  expect(failures).toEqual([])
})

test('a room that notices fewer fails, whatever other rooms notice', () => {
  const all = [...judged('core', ...times(50, 'noticed')), ...judged('deploy', ...times(8, 'noticed'), 'survived')]
  expect(scores(all).failures).toEqual(['deploy: 8 of 9 noticed (88 %), 90 % are asked'])
})

test('a bug that could not be tried, or not in time, is a failure', () => {
  expect(scores(judged('core', 'noticed', 'broken', 'out of time')).failures).toEqual([
    'core: 1 could not be tried',
    'core: 1 were not tried in time',
  ])
})

test('a mutation replaces a text that occurs once', () => {
  expect(mutated(mutation!, 'if (x < y) go()')).toBe('if (x <= y) go()')
  expect(() => mutated(mutation!, 'x < y && x < y')).toThrow('2 times')
  expect(() => mutated(mutation!, 'nothing')).toThrow('0 times')
  expect(() => mutated({ ...mutation!, replace: 'x < y' }, 'x < y')).toThrow('not once')
  expect(describeMutation({ ...mutation!, find: 'a\n  b', equivalent: 'why' })).toBe(
    'a.ts\n    - a ⏎ b\n    + x <= y\n    = why',
  )
})
