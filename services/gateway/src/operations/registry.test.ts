import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Operation, OperationRegistry } from './operation.ts'
import { createRegistry } from './registry.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const section = readme.split("## What of Binance's interface is not there")[1]!.split('\n## ')[0]!
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(2)
  .map((line) => line.split('|'))

/** What a column names, in back ticks. */
const named = (column: number): string[] =>
  rows.flatMap((row) => [...row[column]!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!))

test('operations that the README lists as absent are absent', () => {
  const registry = createRegistry()
  const paths = registry.operations.map(({ rest }) => rest?.path)
  expect(named(2).length).toBeGreaterThan(10)
  expect(named(2).filter((path) => paths.includes(`/api/v3/${path}`))).toEqual([])
  expect(named(3).length).toBeGreaterThan(10)
  expect(named(3).filter((method) => registry.byMethod(method) !== undefined)).toEqual([])
})

test('no two operations have the same name, route or method', () => {
  const rest = { method: 'GET', path: '/api/v3/a' } as const
  const operation: Operation = {
    name: 'a',
    rest,
    ws: 'a',
    security: 'NONE',
    weight: () => 1,
    run: () => ({}),
  }
  const other: Operation = { ...operation, name: 'b', rest: { method: 'POST', path: '/api/v3/a' }, ws: 'b' }
  const registryWith = (second: Partial<Operation>) => new OperationRegistry([operation, { ...other, ...second }])
  expect(registryWith({}).byMethod('b')?.name).toBe('b')
  expect(() => registryWith({ name: 'a' })).toThrow('two operations have the name a')
  expect(() => registryWith({ rest })).toThrow('two operations have the route GET /api/v3/a')
  expect(() => registryWith({ ws: 'a' })).toThrow('two operations have the method a')
})
