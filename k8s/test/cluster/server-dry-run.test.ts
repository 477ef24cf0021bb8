import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kubectl } from '../kubectl.ts'
import { folder, overlays, renderOverlay } from '../manifests.ts'

describe.each(overlays)('the API server takes overlay %s', (overlay) => {
  const name = renderOverlay(overlay).find(({ kind }) => kind === 'Namespace')!.metadata.name
  let isOurs = false

  // A dry run makes no namespace, and objects need theirs.
  beforeAll(async () => {
    isOurs = await kubectl(['create', 'namespace', name]).then(
      () => true,
      () => false,
    )
  })

  afterAll(async () => {
    if (isOurs) await kubectl(['delete', 'namespace', name, '--wait=false'])
  })

  test('as it is', async () => {
    const said = await kubectl(['apply', '--kustomize', folder(`overlays/${overlay}`), '--dry-run=server'])
    expect(said).toMatch(/statefulset.apps\/engine \w+ \(server dry run\)/)
    expect(said).toMatch(/deployment.apps\/gateway \w+ \(server dry run\)/)
    expect(said).toMatch(/job.batch\/migration-\S+ \w+ \(server dry run\)/)
  })
})

test('the Prometheus operator takes its monitor and its rules', async (context) => {
  const isInstalled = await kubectl(['get', 'crd', 'prometheusrules.monitoring.coreos.com']).then(
    () => true,
    () => false,
  )
  context.skip(!isInstalled, 'the definitions of the Prometheus operator are not installed')
  const files = ['pod-monitor.yaml', 'rules.yaml'].map((name) => folder(`components/monitoring-operator/${name}`))
  const said = await kubectl(['apply', ...files.map((file) => `--filename=${file}`), '--dry-run=server'])
  expect(said).toMatch(/podmonitor\S* \w+ \(server dry run\)/)
  expect(said).toMatch(/prometheusrule\S* \w+ \(server dry run\)/)
})
