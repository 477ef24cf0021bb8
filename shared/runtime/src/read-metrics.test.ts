import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { readCounters, readCountersBy, readGauges } from './read-metrics.ts'

test('a gauge is read at each scrape, and has no series while there is nothing to read', async () => {
  const registry = new Registry()
  let age: number | undefined
  readGauges(registry, [['age_seconds', 'Since the answer', () => age]])
  expect(await registry.metrics()).not.toMatch(/^age_seconds/m)
  age = 3
  expect(await registry.metrics()).toMatch(/^age_seconds 3$/m)
  age = undefined
  expect(await registry.metrics()).not.toMatch(/^age_seconds/m)
})

test('a counter says what was counted elsewhere, however often it is scraped', async () => {
  const registry = new Registry()
  readCounters(registry, [['lines_total', 'Lines', () => 5]])
  readCountersBy(registry, { name: 'ends_total', help: 'Ends', label: 'reason', read: () => ({ fault: 2, flood: 0 }) })
  await registry.metrics()
  const text = await registry.metrics()
  expect(text).toContain('# TYPE lines_total counter\nlines_total 5\n')
  expect(text).toContain('# TYPE ends_total counter\nends_total{reason="fault"} 2\nends_total{reason="flood"} 0\n')
})
