import { expect, test } from 'vitest'
import { prometheusRule } from './alert-rules.ts'

test('runbooks are where the operator of the exchange has published them', () => {
  const rule = { alert: 'A', expr: 'x', labels: {}, annotations: { runbook_url: 'docs/runbooks/A.md' } }
  const files = [{ name: 'a.yaml', text: '', groups: [{ name: 'g', rules: [rule, { record: 'r', expr: 'x' }] }] }]
  expect(JSON.stringify(prometheusRule(files, 'https://wiki.example.com/'))).toContain(
    '"https://wiki.example.com/A.md"',
  )
  expect(JSON.stringify(prometheusRule(files))).toContain('"docs/runbooks/A.md"')
})
