import { declareMetrics as declareEngine } from '@uptick/engine/metrics'
import { declareMetrics as declareGateway } from '@uptick/gateway/metrics'
import { declareMetrics as declareRecorder } from '@uptick/recorder/metrics'
import { createMetrics, type Registry } from '@uptick/runtime'

/** A metric as its registry has it. */
export interface Declared {
  readonly name: string
  readonly type: string
  readonly help: string
  /** Its own, without those of the whole process. */
  readonly labels: readonly string[]
  /** Upper bounds of a histogram, else empty. */
  readonly buckets: readonly number[]
}

/** The services with metrics, and the function by which each registers them. */
export const SERVICES: Readonly<Record<string, (registry: Registry) => void>> = {
  engine: declareEngine,
  gateway: declareGateway,
  recorder: declareRecorder,
}

/** Labels of each series of a process. */
export const PROCESS_LABELS = ['service', 'shard'] as const

/** The metrics of a service, whatever its settings, without those that prom-client adds: they differ by the system. */
export function declaredBy(service: string): readonly Declared[] {
  const declare = SERVICES[service]
  if (declare === undefined) throw new Error(`${service} is no service with metrics`)
  const registry = createMetrics({ service, defaults: false })
  declare(registry)
  return registry.getMetricsAsArray().map((metric) => ({
    name: metric.name,
    // prom-client answers with the word; its types say an enumeration.
    type: String(metric.type),
    help: metric.help,
    labels: listOf(metric, 'labelNames')
      .map(String)
      .filter((label) => label !== 'le'),
    buckets: listOf(metric, 'upperBounds').map(Number).filter(Number.isFinite),
  }))
}

function listOf(metric: object, property: string): readonly unknown[] {
  const value: unknown = Reflect.get(metric, property)
  return Array.isArray(value) ? value : []
}

/** Metrics by name with the services that have them. A metric of several services is the same in each. */
export function allDeclared(): ReadonlyMap<
  string,
  { readonly metric: Declared; readonly services: readonly string[] }
> {
  const found = new Map<string, { metric: Declared; services: string[] }>()
  for (const service of Object.keys(SERVICES)) {
    for (const metric of declaredBy(service)) {
      const known = found.get(metric.name)
      if (known) known.services.push(service)
      else found.set(metric.name, { metric, services: [service] })
    }
  }
  return found
}
