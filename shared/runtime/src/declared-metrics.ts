import { DrainMetrics } from './drain/report.ts'
import { Lifecycle } from './lifecycle.ts'
import { exposeBuild, exposeLifecycle, exposeOutput, type Registry } from './metrics.ts'
import { unread } from './read-metrics.ts'
import { exposeTls } from './tls/tls-metrics.ts'
import { expiryGauge } from './tls/watched-certificate.ts'

/** The metrics of every process besides Node's own, to be listed. */
export function declareProcessMetrics(registry: Registry): void {
  exposeBuild(registry, '')
  exposeLifecycle(registry, new Lifecycle())
  exposeOutput(registry, { dropped: 0, failed: 0 })
  expiryGauge(registry)
}

/** Those of a process with clients: its drain and its TLS. */
export function declareServerMetrics(registry: Registry): void {
  void new DrainMetrics(registry, unread)
  exposeTls(registry, {})
}
