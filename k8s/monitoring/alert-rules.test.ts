import { expect, test } from 'vitest'
import { prometheusRule, quickened, readRuleFiles } from './alert-rules.ts'

const text = `groups:
  - name: g
    rules:
      - alert: Slow
        expr: avg_over_time(x[1h]) > 1
        for: 5m
        annotations: { runbook_url: docs/runbooks/Slow.md }
      - alert: Fast
        expr: x
        for: 15s
`

test('an alert waits a twentieth of its time and looks back as far as ever', () => {
  const quick = quickened({ name: 'a.yaml', text, groups: [] }, 20)
  expect(quick).toContain('for: 15s\n        annotations')
  expect(quick).toContain('for: 1s\n')
  expect(quick).toContain('x[1h]')
})

test('every time that a rule waits for is one that can be quickened', () => {
  for (const file of readRuleFiles()) {
    const waits = file.text.match(/^\s+for: .*$/gm) ?? []
    const quick = quickened(file, 1_000_000).match(/^\s+for: .*$/gm) ?? []
    expect(new Set(quick.map((line) => line.trim())).size).toBeLessThanOrEqual(1)
    expect(quick).toHaveLength(waits.length)
  }
})

test('runbooks are where the operator of the exchange has published them', () => {
  const rule = { alert: 'A', expr: 'x', labels: {}, annotations: { runbook_url: 'docs/runbooks/A.md' } }
  const files = [{ name: 'a.yaml', text: '', groups: [{ name: 'g', rules: [rule, { record: 'r', expr: 'x' }] }] }]
  expect(JSON.stringify(prometheusRule(files, 'https://wiki.example.com/'))).toContain(
    '"https://wiki.example.com/A.md"',
  )
  expect(JSON.stringify(prometheusRule(files))).toContain('"docs/runbooks/A.md"')
})
