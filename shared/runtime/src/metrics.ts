import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Lifecycle } from './lifecycle.ts'
import type { StandardOutput } from './logging.ts'
import { readCounters } from './read-metrics.ts'

export { Counter, Gauge, Histogram, Registry }

/**
 * Latencies from a tenth of a millisecond to ten seconds, in seconds. The bounds that the service levels speak of are
 * among them, so that a share of requests is counted and not interpolated: 25, 50, 100 and 250 ms, 1 s, and the 4 s for
 * which a gateway holds a request.
 */
export const LATENCY_BUCKETS_SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 4, 5, 10,
]

export interface MetricsOptions {
  readonly service: string
  /** Other labels of each of its series: what it belongs to. */
  readonly labels?: Readonly<Record<string, string>> | undefined
  /** Node's own: memory, garbage collection, event-loop lag, handles. */
  readonly defaults?: boolean
}

/**
 * How often Node looks how late its timers are, ms. prom-client's default of 10 wakes an idle process a hundred times a
 * second, more often than all else it does. Lag shorter than this shows in the latency histograms.
 */
const LAG_SAMPLE_MS = 100

/** A registry of its own for the process (never prom-client's global one, so that tests can run several). */
export function createMetrics(options: MetricsOptions): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ service: options.service, ...options.labels })
  if (options.defaults ?? true) {
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_SAMPLE_MS })
  }
  return registry
}

/** The release that the process belongs to, so that a chart can say when it changed. */
export function exposeBuild(registry: Registry, release: string): void {
  const build = new Gauge({
    name: 'uptick_build_info',
    help: '1, with the release that the process belongs to',
    labelNames: ['release'],
    registers: [registry],
  })
  build.set({ release }, 1)
}

/** The lifecycle as metrics: one series per readiness condition, and the three answers that probes get. */
export function exposeLifecycle(registry: Registry, lifecycle: Lifecycle): void {
  const condition = new Gauge({
    name: 'readiness_condition',
    help: '1 when the named readiness condition is met',
    labelNames: ['condition'],
    registers: [],
    collect() {
      for (const { name, met } of lifecycle.readiness().conditions) this.set({ condition: name }, met ? 1 : 0)
    },
  })
  const state = new Gauge({
    name: 'lifecycle_state',
    help: '1 when the probe of that name succeeds',
    labelNames: ['probe'],
    registers: [],
    collect() {
      this.set({ probe: 'started' }, lifecycle.started ? 1 : 0)
      this.set({ probe: 'ready' }, lifecycle.readiness().ok ? 1 : 0)
      this.set({ probe: 'live' }, lifecycle.liveness().ok ? 1 : 0)
    },
  })
  registry.registerMetric(condition)
  registry.registerMetric(state)
}

/** What became of lines of the log that could not be written. */
export function exposeOutput(registry: Registry, output: Pick<StandardOutput, 'dropped' | 'failed'>): void {
  readCounters(registry, [
    ['log_lines_dropped_total', 'Lines of the log that were dropped', () => output.dropped],
    ['log_write_failures_total', 'Writes of the log that failed', () => output.failed],
  ])
}
