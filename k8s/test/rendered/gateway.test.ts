import { describe, expect, test } from 'vitest'
import { environmentOf, find, overlays, renderOverlay, workload } from '../manifests.ts'

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
})
