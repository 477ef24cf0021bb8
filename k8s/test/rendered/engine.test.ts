import { describe, expect, test } from 'vitest'
import { environmentOf, find, overlays, renderOverlay, workload } from '../manifests.ts'

describe.each(overlays)('the engine of overlay %s', (overlay) => {
  const manifests = renderOverlay(overlay)
  const engine = workload(manifests, 'StatefulSet', 'engine')
  const pod = engine.spec.template.spec

  test('has two members that start side by side', () => {
    expect(engine.spec).toMatchObject({ replicas: 2, podManagementPolicy: 'Parallel' })
    expect(engine.spec.minReadySeconds).toBeGreaterThan(0)
  })

  test('is ready when its member says so', () => {
    expect(pod.readinessGates).toEqual([
      { conditionType: 'uptick.dev/caught-up' },
      { conditionType: 'uptick.dev/hash-equal' },
    ])
  })

  test('members have names before they are ready', () => {
    const { spec } = find(manifests, 'Service', 'engine')
    expect(spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true })
    const { ENGINE_URLS } = environmentOf(manifests, workload(manifests, 'Deployment', 'gateway'))
    expect(ENGINE_URLS).toBe('ws://engine-0.engine:7000/link,ws://engine-1.engine:7000/link')
  })

  test('gateways and members get the secret of the links as a file of one Secret', () => {
    for (const { spec, ...each } of [engine, workload(manifests, 'Deployment', 'gateway')]) {
      const { LINK_SECRET_FILE, LINK_AUTHENTICATION } = environmentOf(manifests, { spec, ...each })
      expect(LINK_AUTHENTICATION).toBeUndefined()
      const [folder, name] = [LINK_SECRET_FILE!.replace(/\/[^/]+$/, ''), LINK_SECRET_FILE!.replace(/.*\//, '')]
      const mount = spec.template.spec.containers[0]!.volumeMounts?.find(({ mountPath }) => mountPath === folder)
      const volume = (spec.template.spec.volumes ?? []).find((found) => found['name'] === mount?.name)
      expect([name, volume?.['secret']]).toEqual(['LINK_SECRET', { secretName: 'uptick-link' }])
    }
  })

  test('members are never in one zone', () => {
    const [term, ...more] = pod.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
    expect(more).toEqual([])
    expect(term?.topologyKey).toBe('topology.kubernetes.io/zone')
    expect(engine.spec.template.metadata.labels).toMatchObject(term!.labelSelector.matchLabels)
  })

  test('tolerates the pool that is its own; where there must be one, it is there as a Guaranteed pod', () => {
    expect(pod.tolerations).toContainEqual({ key: 'pool', operator: 'Equal', value: 'engine', effect: 'NoSchedule' })
    const required = pod.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
    const { requests, limits } = pod.containers[0]!.resources
    const isGuaranteed = requests['cpu'] === limits['cpu'] && requests['memory'] === limits['memory']
    expect([required !== undefined, isGuaranteed]).toEqual(overlay === 'local' ? [false, false] : [true, true])
  })

  test('has room for what its heap may grow to', () => {
    const heap = Number(/--max-old-space-size=(\d+)/.exec(pod.containers[0]!.args?.join(' ') ?? '')?.[1])
    const { limits } = pod.containers[0]!.resources
    expect(heap).toBeLessThan(mebibytes(limits['memory']!) * 0.8)
  })

  test(`acknowledges ${overlay === 'production' ? 'what is on two machines' : 'what is durable'}`, () => {
    const { ACK_POLICY } = environmentOf(manifests, engine)
    expect(ACK_POLICY).toBe(overlay === 'production' ? 'journal-synchronous' : 'journal')
  })
})

function mebibytes(quantity: string): number {
  const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(quantity) ?? []
  return Number(number) * (unit === 'Gi' ? 1024 : 1)
}
