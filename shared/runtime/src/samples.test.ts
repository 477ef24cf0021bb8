import { expect, test } from 'vitest'
import { Samples } from './samples.ts'

const text = `# HELP engine_epoch Epoch led by this engine
# TYPE engine_epoch gauge
engine_epoch{service="engine"} 7
engine_role{role="standby",shard="0"} 0
engine_role{role="leading",shard="0"} 1
process_cpu_seconds_total 1.5e-3
`

test('samples are found by name, and a state by its sample that is 1', () => {
  const samples = Samples.parse(text)
  expect(samples.value('engine_epoch')).toBe(7)
  expect(samples.value('process_cpu_seconds_total')).toBe(0.0015)
  expect(samples.value('engine_lag_commands')).toBeUndefined()
  expect(samples.state('engine_role', 'role')).toBe('leading')
  expect(Samples.parse('').state('engine_role', 'role')).toBeUndefined()
})

test('samples of one name differ by their labels', () => {
  expect(Samples.parse(text).all('engine_role')).toEqual([
    { name: 'engine_role', labels: { role: 'standby', shard: '0' }, value: 0 },
    { name: 'engine_role', labels: { role: 'leading', shard: '0' }, value: 1 },
  ])
})

// Examples of the exposition formats of Prometheus and OpenMetrics.
test('a time, an exemplar, braces and escapes in labels do not belong to the value', () => {
  const samples = Samples.parse(`http_requests_total{method="post",code="200"} 1027 1395066363000
msdos_file_access_time_seconds{path="C:\\\\DIR}\\\\",error="file:\\n\\"F\\""} 1.458255915e9
foo_bucket{le="0.1"} 8 # {trace_id="KOO5S4vxi0o"} 0.054 1520879607.789
something_weird{problem="division by zero"} +Inf -3982045
`)
  expect(samples.value('http_requests_total')).toBe(1027)
  expect(samples.value('msdos_file_access_time_seconds')).toBe(1.458255915e9)
  expect(samples.all('foo_bucket')).toEqual([{ name: 'foo_bucket', labels: { le: '0.1' }, value: 8 }])
  expect(samples.all('something_weird')).toHaveLength(1)
})
