import { Counter, type Registry } from '../metrics.ts'
import { readGauges, unread } from '../read-metrics.ts'

export function decisionCounter(registry: Registry): Counter<'flag' | 'variant'> {
  return new Counter({
    name: 'flag_decisions_total',
    help: 'Evaluations of a flag for a request or a connection',
    labelNames: ['flag', 'variant'],
    registers: [registry],
  })
}

/** @param read seconds; undefined before the first answer */
export function exposeDefinitionsAge(registry: Registry, read: () => number | undefined): void {
  readGauges(registry, [['flag_definitions_age_seconds', 'Since Unleash last answered', read]])
}

/** Every metric of flags, to be listed. */
export function declareFlagMetrics(registry: Registry): void {
  decisionCounter(registry)
  exposeDefinitionsAge(registry, unread)
}
