import { expect, test } from 'vitest'
import { targetsOf } from './targets.ts'

// https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config
test('a process is a target under its name, by TLS where it speaks that', () => {
  const ops = { 'engine-1': 'http://127.0.0.1:4001', 'gateway-1': 'https://127.0.0.1:4002' }
  expect(targetsOf(ops)).toEqual([
    { targets: ['127.0.0.1:4001'], labels: { instance: 'engine-1', __scheme__: 'http' } },
    { targets: ['127.0.0.1:4002'], labels: { instance: 'gateway-1', __scheme__: 'https' } },
  ])
})
