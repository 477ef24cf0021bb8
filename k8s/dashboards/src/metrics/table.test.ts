import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fileOf } from '../repository.ts'
import { allDeclared } from './declared.ts'
import { metricsDocument, TABLE } from './table.ts'

test('the table of metrics is that of the services; "npm run metrics" writes it', () => {
  expect(readFileSync(fileOf(TABLE), 'utf8')).toBe(metricsDocument())
})

test('each metric has one row', () => {
  const rows = metricsDocument().match(/^\| `\w+` \| (?:gauge|counter|histogram) /gm) ?? []
  expect(new Set(rows).size).toBe(rows.length)
  expect(rows).toHaveLength(allDeclared().size)
})
