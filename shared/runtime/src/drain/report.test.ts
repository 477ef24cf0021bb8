import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { describeDrain, DrainMetrics, drainReport } from './report.ts'

const http = {
  milliseconds: 900,
  ended: 'bound' as const,
  openAtBegin: 4,
  accepted: 2,
  answered: 17,
  idleClosed: 1,
  connectionsCut: 1,
  requestsCut: 1,
}
const sockets = {
  milliseconds: 100,
  openAtBegin: 5,
  arrived: 0,
  noticed: 2,
  moved: 3,
  left: 1,
  cut: 1,
  longestDelayMs: 700,
}

test('a report says what was cut', () => {
  expect(describeDrain(drainReport(1_000.4, [http], sockets))).toBe(
    'drained in 1000 ms: 17 requests answered on 4 connections and 2 new ones (bound); ' +
      '3 WebSockets moved, 1 left; 1 requests and 1 WebSockets cut',
  )
  const clean = { ...http, ended: 'deserted' as const, connectionsCut: 0, requestsCut: 0 }
  expect(describeDrain(drainReport(1_000, [clean, clean], undefined))).toBe(
    'drained in 1000 ms: 34 requests answered on 8 connections and 4 new ones (deserted); nothing cut',
  )
})

test('a report is a metric', async () => {
  const registry = new Registry()
  const metrics = new DrainMetrics(registry, () => ({ draining: true, connections: 2, sockets: 7 }))
  metrics.record(drainReport(1_500, [http], sockets))
  const text = await registry.metrics()
  for (const line of [
    'drain_active 1',
    'drain_http_connections 2',
    'drain_sockets_remaining 7',
    'drain_duration_seconds 1.5',
    'drain_requests_total 17',
    'drain_sockets_total{outcome="moved"} 3',
    'drain_cut_total{what="request"} 1',
    'drain_cut_total{what="socket"} 1',
  ]) {
    expect(text).toContain(line)
  }
})
