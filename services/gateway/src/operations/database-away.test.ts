import { expect, test } from 'vitest'
import { databaseIsAway } from './database-away.ts'

const coded = (code: string): Error => Object.assign(new Error('of pg'), { code })

test.each([
  [coded('ECONNREFUSED'), true],
  [coded('57P01'), true],
  [coded('57014'), true],
  [coded('08006'), true],
  [coded('53300'), true],
  [coded('42P01'), false],
  [coded('23505'), false],
  [new Error('Connection terminated unexpectedly'), true],
  // What `pg` says of a server that has fallen silent, after and during connecting.
  [new Error('Query read timeout'), true],
  [new Error('timeout expired'), true],
  [new AggregateError([coded('ECONNREFUSED')]), true],
  [new TypeError('x is not a function'), false],
  ['a text', false],
])('%s: %s', (error, expected) => {
  expect(databaseIsAway(error)).toBe(expected)
})
