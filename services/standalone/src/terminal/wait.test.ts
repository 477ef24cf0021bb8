import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Wait } from './wait.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test.each([
  [true, 'the first start makes a database: about 15 s'],
  [false, 'starting: about 10 s'],
])('a start says how long it takes, and every ten seconds that it goes on', (isFirst, words) => {
  const said: string[] = []
  const wait = new Wait((text) => said.push(text))
  wait.begin(isFirst)
  vi.advanceTimersByTime(5_000)
  wait.step('PostgreSQL')
  vi.advanceTimersByTime(21_000)
  expect(said).toEqual([words, 'PostgreSQL', 'still PostgreSQL, 15 s so far', 'still PostgreSQL, 25 s so far'])
  wait.step('schema')
  wait.end()
  vi.advanceTimersByTime(60_000)
  expect(said.at(-1)).toBe('schema')
})
