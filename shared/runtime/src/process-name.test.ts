import { expect, test } from 'vitest'
import { placeOf, processName } from './process-name.ts'

test('processes of one place have names of their own, which tell the place', () => {
  const [first, second] = [processName('engine-1'), processName('engine-1')]
  expect(first).not.toBe(second)
  expect([placeOf(first), placeOf(second)]).toEqual(['engine-1', 'engine-1'])
})

test('a name of another form is its own place', () => {
  expect(placeOf('engine-1')).toBe('engine-1')
  expect(placeOf('engine-1-0123456789ab')).toBe('engine-1')
  expect(placeOf('engine-0123456789abc')).toBe('engine-0123456789abc')
})
