import { expect, test } from 'vitest'
import { metricsIn } from './metrics-in.ts'

test('finds metrics, and neither labels nor functions nor words of PromQL', () => {
  expect(metricsIn('sum by (namespace) (rate(a_total{status=~"5.."}[1m])) or 0 * max by (pod) (b_bytes)')).toEqual([
    'a_total',
    'b_bytes',
  ])
  expect(metricsIn('slo:burn_rate:1h{slo!="hold"} > 14.4 and slo:bad_events:1h >= 10')).toEqual([
    'slo:burn_rate:1h',
    'slo:bad_events:1h',
  ])
  expect(metricsIn('predict_linear(c_bytes[6h], 4 * 86400) > (d_bytes > 0)')).toEqual(['c_bytes', 'd_bytes'])
  expect(metricsIn('x_seconds_count - x_seconds_bucket{le="0.1"} >= bool 1e6')).toEqual(['x_seconds'])
})
