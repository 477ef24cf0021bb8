import { expect, test } from 'vitest'
import { complaintsAbout, READ_BY_TOOLS } from './conventions.ts'
import { allDeclared, declaredBy, SERVICES, type Declared } from './declared.ts'

test.each(Object.keys(SERVICES))('the metrics of the %s follow the conventions', (service) => {
  expect(declaredBy(service).flatMap(complaintsAbout)).toEqual([])
})

test('a metric of several services is the same in each', () => {
  const of = (service: string): ReadonlyMap<string, Declared> =>
    new Map(declaredBy(service).map((metric) => [metric.name, metric]))
  for (const { metric, services } of allDeclared().values())
    for (const service of services) expect(of(service).get(metric.name)).toEqual(metric)
})

// As in the first release that was rolled: a tool of one release asks processes of the other.
test('metrics that tools read are there', () => {
  const names = [...allDeclared().keys()]
  expect(READ_BY_TOOLS.filter((name) => !names.includes(name))).toEqual([])
})

// https://prometheus.io/docs/practices/naming
test('the conventions bite', () => {
  const gauge = { name: 'gateway_unsent_bytes', type: 'gauge', help: 'Bytes not taken', labels: [], buckets: [] }
  expect(complaintsAbout(gauge)).toEqual([])
  const complaints = (changes: Partial<Declared>): string => complaintsAbout({ ...gauge, ...changes }).join()
  expect(complaints({ name: 'gateway_unsentBytes' })).toContain('snake_case')
  expect(complaints({ name: 'http_unsent_bytes' })).toContain('begins with no service')
  expect(complaints({ name: 'gateway_age_ms' })).toContain('base unit')
  expect(complaints({ name: 'gateway_resumed' })).toContain('no unit')
  expect(complaints({ name: 'gateway_resumed', type: 'counter' })).toContain('_total')
  expect(complaints({ name: 'gateway_bytes_total' })).toContain('_total')
  expect(complaints({ name: 'engine_epoch', type: 'histogram' })).toContain('histogram without a unit')
  expect(complaints({ help: 'bytes.' })).toContain('has the help')
  expect(complaints({ labels: ['account'] })).toContain('has the label account')
  const latency = { name: 'gateway_request_duration_seconds', type: 'histogram', buckets: [0.1, 1] }
  expect(complaints(latency)).toContain('its buckets lack 0.005')
})
