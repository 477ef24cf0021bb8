import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { recoveryRows } from './recovery-rows.ts'

const folder = new URL('./', import.meta.url)

test.each([
  [200_000, '200,000'],
  [1_000_000, '1,000,000'],
])('a recovery of %i open orders says so', (orders, shown) => {
  const rows = recoveryRows({ orders, copyMs: 5, bytes: 2 ** 20, seconds: 1 })
  expect(rows.map(({ name }) => name)).toEqual([
    `snapshot with ${shown} open orders: copy`,
    `snapshot with ${shown} open orders: size`,
    `ready from a snapshot with ${shown} open orders`,
  ])
})

/**
 * Literal parts of the title or the reference of a row that contain a figure: measured figures differ from run to run.
 */
const FIXED = /(?:\b(?:note|against)\(\s*|\bname: )(['`])((?:(?!\1)[^\n])*)\1/g
const FIGURE = /\bmillion\b|\bthousand\b|(?<![a-z\d])\d/

test('no title of a row contains a literal figure', () => {
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  const fixed = sources.flatMap((name) =>
    [...readFileSync(new URL(name, folder), 'utf8').matchAll(FIXED)]
      .map(([, , title = '']) => title.replaceAll(/\$\{[^}]*\}/g, ''))
      .filter((title) => FIGURE.test(title))
      .map((title) => `${name}: ${title}`),
  )
  expect(fixed).toEqual([])
  // The pattern finds what it should.
  const bad =
    "note('snapshot with a million open orders: copy', 1) against(\n  `replay of ${COMMANDS} at 64`, { name: '3 s' })"
  expect([...bad.matchAll(FIXED)].map(([, , title]) => title)).toHaveLength(3)
})
