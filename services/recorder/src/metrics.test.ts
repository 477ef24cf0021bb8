import { Registry } from '@uptick/runtime'
import { expect, test } from 'vitest'
import { RecorderMetrics } from './metrics.ts'

test('a recorder that waits for its turn lacks nothing, however long the journal is', async () => {
  const registry = new Registry()
  const metrics = new RecorderMetrics(registry, () => 60_000_000)
  const lagSeconds = (): Promise<string> => registry.getSingleMetricAsString('recorder_lag_seconds')
  metrics.head(1000)
  expect(metrics.lagSequences).toBe(0)
  expect(await lagSeconds()).toMatch(/ 0$/)
  metrics.start(990, 45_000_000)
  expect(metrics.lagSequences).toBe(10)
  expect(await lagSeconds()).toMatch(/ 15$/)
  metrics.waits()
  expect(metrics.lagSequences).toBe(0)
  expect(await lagSeconds()).toMatch(/ 0$/)
})
