import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readRuleFiles } from '../../monitoring/alert-rules.ts'
import { find, folder, render, renderOverlay, workload } from '../manifests.ts'

const made: string[] = []
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true })
})

/** An overlay with one more component, beside the others: Kustomize takes no files from elsewhere. */
function renderWith(overlay: string, component: string): ReturnType<typeof render> {
  const path = mkdtempSync(join(folder('overlays'), '.test-'))
  made.push(path)
  const kustomization = { resources: [`../${overlay}`], components: [`../../components/${component}`] }
  writeFileSync(join(path, 'kustomization.yaml'), JSON.stringify(kustomization))
  return render(path)
}

describe('Prometheus and Alertmanager beside the exchange', () => {
  const manifests = renderOverlay('local')
  const prometheus = workload(manifests, 'Deployment', 'prometheus')
  const alertmanager = workload(manifests, 'Deployment', 'alertmanager')

  test('has the rule files as they are', () => {
    const { data } = find(manifests, 'ConfigMap', /^prometheus-rules-/)
    expect(data).toEqual(Object.fromEntries(readRuleFiles().map(({ name, text }) => [name, text])))
  })

  test('mounts what it was given, under the name of its content', () => {
    const text = JSON.stringify(prometheus.spec.template.spec.volumes)
    for (const name of [/^prometheus-[^r].*$/, /^prometheus-rules-/])
      expect(text).toContain(`"${find(manifests, 'ConfigMap', name).metadata.name}"`)
  })

  test('keeps exemplars, and deletes what is old before its disk is full', () => {
    const [container] = prometheus.spec.template.spec.containers
    expect(container?.args).toEqual(
      expect.arrayContaining(['--enable-feature=exemplar-storage', '--storage.tsdb.retention.size=1500MB']),
    )
  })

  test('may look for pods of its namespace, and nothing else', () => {
    expect(find(manifests, 'Role', 'prometheus')).toMatchObject({
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
    })
    expect(
      manifests.filter(({ kind, metadata }) => kind.startsWith('ClusterRole') && metadata.name === 'prometheus'),
    ).toEqual([])
  })

  test('scrapes the one port of each process that has metrics', () => {
    for (const [kind, name] of [
      ['StatefulSet', 'engine'],
      ['Deployment', 'gateway'],
      ['Deployment', 'recorder'],
    ] as const)
      expect(JSON.stringify(workload(manifests, kind, name)).match(/"name":"ops"/g)).toHaveLength(1)
  })

  test('sends alerts nowhere, until a component says where', () => {
    expect(alertmanager.spec.template.spec.containers[0]?.args).toContain(
      '--config.file=/etc/alertmanager/alertmanager.yml',
    )
    const told = workload(renderWith('local', 'alert-webhooks'), 'Deployment', 'alertmanager').spec.template.spec
    expect(told.containers[0]?.args).toContain('--config.file=/etc/alertmanager/webhooks.yml')
    expect(told.volumes).toContainEqual({ name: 'webhooks', secret: { secretName: 'uptick-alerts' } })
  })
})

describe.each(['staging', 'production'])('the operator of Prometheus, in %s', (overlay) => {
  const manifests = renderWith(overlay, 'monitoring-operator')

  test('is told which pods to scrape, once each', () => {
    expect(find(manifests, 'PodMonitor', 'uptick').spec).toMatchObject({
      jobLabel: 'app.kubernetes.io/name',
      podMetricsEndpoints: [{ port: 'ops' }],
    })
  })

  test('has every rule', () => {
    const { spec } = find(manifests, 'PrometheusRule', 'uptick')
    expect(spec).toEqual({ groups: readRuleFiles().flatMap(({ groups }) => groups) })
  })
})
