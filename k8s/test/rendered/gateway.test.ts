import { describe, expect, test } from 'vitest'
import { checkTimeBudget } from '@uptick/runtime'
import { environmentOf, find, folder, overlays, render, renderOverlay, workload } from '../manifests.ts'

/** What balancers take to notice that a node or a pod leaves: health checks every ten seconds, three failures. */
const NOTICED_MS = 3 * 10_000

describe.each(overlays)('gateways of overlay %s', (overlay) => {
  const manifests = renderOverlay(overlay)
  const gateway = workload(manifests, 'Deployment', 'gateway')
  const pod = gateway.spec.template.spec
  const scaler = find(manifests, 'HorizontalPodAutoscaler', 'gateway').spec!

  test("how many there are is the autoscaler's business alone", () => {
    expect(gateway.spec.replicas).toBeUndefined()
    expect(scaler.minReplicas).toBe(overlay === 'production' ? 3 : 2)
    expect(scaler.maxReplicas).toBeGreaterThan(scaler.minReplicas!)
  })

  test('come at once and go slowly', () => {
    expect(scaler.behavior?.scaleUp.stabilizationWindowSeconds).toBe(0)
    expect(scaler.behavior?.scaleDown.stabilizationWindowSeconds).toBeGreaterThanOrEqual(300)
  })

  test('the new one comes before the old one goes', () => {
    expect(gateway.spec.strategy?.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 })
  })

  test('are spread over zones, each release by itself', () => {
    const [zones, nodes] = pod.topologySpreadConstraints ?? []
    expect(zones).toMatchObject({
      topologyKey: 'topology.kubernetes.io/zone',
      maxSkew: 1,
      matchLabelKeys: ['pod-template-hash'],
      nodeTaintsPolicy: 'Honor',
      whenUnsatisfiable: overlay === 'production' ? 'DoNotSchedule' : 'ScheduleAnyway',
    })
    expect(nodes).toMatchObject({ topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' })
  })

  test('are on the edge pool where there must be one', () => {
    const { requiredDuringSchedulingIgnoredDuringExecution: required } = pod.affinity?.nodeAffinity ?? {}
    const values = required?.nodeSelectorTerms[0]?.matchExpressions[0]?.values
    expect(values).toEqual(overlay === 'local' ? undefined : ['edge'])
  })

  test('serve TLS in production, with the certificate of a Secret', () => {
    const isSecure = overlay === 'production'
    const { TLS_CERT_FILE, TLS_KEY_FILE } = environmentOf(manifests, gateway)
    const mount = pod.containers[0]!.volumeMounts?.find(({ name }) => name === 'tls')
    const volume = (pod.volumes ?? []).find((found) => found['name'] === 'tls')
    const ports = find(manifests, 'Service', 'gateway').spec?.ports
    if (isSecure) {
      expect([TLS_CERT_FILE, TLS_KEY_FILE]).toEqual(['tls.crt', 'tls.key'].map((name) => `${mount?.mountPath}/${name}`))
      expect(volume?.['secret']).toEqual({ secretName: 'uptick-tls' })
      expect(ports).toEqual([{ name: 'https', port: 443, targetPort: 'http', appProtocol: 'https' }])
    } else {
      expect([TLS_CERT_FILE, mount, volume]).toEqual([undefined, undefined, undefined])
      expect(ports).toMatchObject([{ port: 80 }])
    }
  })

  test('operators come another way than traders', () => {
    expect(find(manifests, 'Service', 'gateway').spec?.type).toBe('LoadBalancer')
    expect(find(manifests, 'Service', 'operator').spec?.type).toBeUndefined()
  })

  test('clients keep their addresses, or no client is banned by an address that others share', () => {
    const isKept = find(manifests, 'Service', 'gateway').spec?.externalTrafficPolicy === 'Local'
    const { LIMIT_BANS, DRAIN_FLOOR_MS } = environmentOf(manifests, gateway)
    expect([isKept, LIMIT_BANS]).toEqual(overlay === 'local' ? [false, 'false'] : [true, undefined])
    // A node whose only gateway leaves is sent new connections until its health check has failed.
    if (isKept) expect(Number(DRAIN_FLOOR_MS)).toBeGreaterThan(NOTICED_MS)
  })
})

test('a balancer that announces clients: pods are its targets, and gateways expect the header from it', () => {
  const manifests = render(folder('test/rendered/behind-proxy-protocol'))
  const { metadata, spec } = find(manifests, 'Service', 'gateway')
  expect(spec).toMatchObject({ type: 'LoadBalancer' })
  expect(spec?.externalTrafficPolicy).toBeUndefined()
  expect(Object.values(metadata.annotations ?? {}).join()).toContain('proxy_protocol_v2.enabled=true')
  const gateway = workload(manifests, 'Deployment', 'gateway')
  const settings = environmentOf(manifests, gateway)
  expect(settings['PROXY_PROTOCOL']).toBe('10.0.0.0/8')
  const ms = (name: string): number => Number(settings[name])
  expect(ms('DRAIN_FLOOR_MS')).toBeGreaterThan(NOTICED_MS)
  expect(ms('GRACE_MS')).toBe(gateway.spec.template.spec.terminationGracePeriodSeconds! * 1000)
  expect(() =>
    checkTimeBudget({
      graceMs: ms('GRACE_MS'),
      preStopMs: ms('PRE_STOP_MS'),
      floorMs: ms('DRAIN_FLOOR_MS'),
      drainMs: ms('DRAIN_MS'),
      evictionMs: ms('EVICTION_MS'),
      handOffMs: ms('HAND_OFF_MS'),
      leaseMs: ms('LEASE_MS'),
      holdMs: ms('HOLD_MS'),
    }),
  ).not.toThrow()
})
