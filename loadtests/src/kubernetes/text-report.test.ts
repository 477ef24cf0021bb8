import { expect, test } from 'vitest'
import { textReport } from './text-report.ts'

test('a scenario that was not completed is not proved', () => {
  const report = textReport([], ['control was not played to its end: the listeners have not subscribed'])
  expect(report).toContain('control was not played to its end')
  expect(report).toContain('Not proved.')
})

test('a report without failures is a proof', () => {
  expect(textReport([], [])).toMatch(/^Proved\.$/m)
})
