import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { allScenarios } from './all-scenarios.ts'

test('the table of scenarios matches the code: names, planned or not, budgets', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const table = readme.slice(readme.indexOf('| scenario |'), readme.indexOf('\n\n', readme.indexOf('| scenario |')))
  const shown = table
    .split('\n')
    .slice(2)
    .flatMap((line) => {
      const [, names = '', , planned = '', budget = ''] = line.split('|').map((cell) => cell.trim())
      return [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => ({ name, planned, budgetMs: inMs(budget) }))
    })
  const coded = allScenarios.map(({ name, planned, budgetMs }) => ({ name, planned: planned ? 'yes' : 'no', budgetMs }))
  expect(shown.toSorted(byName)).toEqual(coded.toSorted(byName))
})

function byName(a: { name: string | undefined }, b: { name: string | undefined }): number {
  return (a.name ?? '') < (b.name ?? '') ? -1 : 1
}

function inMs(text: string): number {
  const [value, unit] = text.split(' ')
  return Number(value) * (unit === 's' ? 1_000 : 1)
}
