import { expect, test } from 'vitest'
import { Samples } from './metrics-text.ts'

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
