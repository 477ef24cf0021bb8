import { expect, test } from 'vitest'
import { textReport } from './text-report.ts'

test('what was not played to its end is not proved', () => {
  const report = textReport([], ['control was not played to its end: the listeners have not subscribed'])
  expect(report).toContain('control was not played to its end')
  expect(report).toContain('Not proved.')
})

test('nothing against it is a proof', () => {
  expect(textReport([], [])).toMatch(/^Proved\.$/m)
})
