import { PROCESS_CONNECTIONS } from '@uptick/journal'
import { describe, expect, test } from 'vitest'
import { environmentOf, find, type Manifest, overlays, renderOverlay, workload } from '../manifests.ts'

const MIGRATION = 1
/** The default of superuser_reserved_connections, which no manifest changes. */
const RESERVED = 3

/** Pods of a Deployment in the middle of a roll. */
function podsMax({ spec }: Manifest, replicas = spec?.replicas ?? 1): number {
  return replicas + (spec?.strategy?.rollingUpdate?.maxSurge ?? 0)
}

describe.each(overlays)('connections to PostgreSQL of overlay %s', (overlay) => {
  const manifests = renderOverlay(overlay)
  const engine = workload(manifests, 'StatefulSet', 'engine')
  const recorder = workload(manifests, 'Deployment', 'recorder')
  const gateway = workload(manifests, 'Deployment', 'gateway')
  const { maxReplicas } = find(manifests, 'HorizontalPodAutoscaler', 'gateway').spec!
  const needed =
    engine.spec.replicas! * PROCESS_CONNECTIONS.engine +
    podsMax(recorder) * PROCESS_CONNECTIONS.recorder +
    podsMax(gateway, maxReplicas) * PROCESS_CONNECTIONS.gateway +
    MIGRATION

  test('are planned for as many pods as there may be', () => {
    for (const one of [engine, recorder, gateway]) {
      expect(Number(environmentOf(manifests, one)['CONNECTIONS_PLANNED'])).toBe(needed)
    }
  })

  test('fit into the PostgreSQL that comes along', () => {
    const own = manifests.filter(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === 'postgres')
    for (const each of own) {
      const max = Number(/max_connections=(\d+)/.exec(JSON.stringify(each))?.[1])
      expect(needed).toBeLessThanOrEqual(max - RESERVED)
    }
    expect(own).toHaveLength(overlay === 'local' ? 1 : 0)
  })
})
