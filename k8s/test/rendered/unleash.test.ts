import { expect, test } from 'vitest'
import { environmentOf, find, type Manifest, overlays, renderOverlay, workload } from '../manifests.ts'

const manifests = renderOverlay('local')

const isUnleash = ({ metadata }: Manifest): boolean => metadata.name === 'unleash'

test('local brings Unleash along, the other environments do not', () => {
  const found = overlays.map((overlay) => renderOverlay(overlay).filter(isUnleash))
  expect(found.map((those) => those.map(({ kind }) => kind).toSorted())).toEqual([
    ['Deployment', 'NetworkPolicy', 'Service'],
    [],
    [],
  ])
})

test('gateways ask Unleash every two seconds, keep its last answer, and wait for nothing of it', () => {
  const gateway = workload(manifests, 'Deployment', 'gateway')
  const { FLAGS_URL, FLAGS_POLL_MS, FLAGS_KEPT_IN } = environmentOf(manifests, gateway)
  expect([FLAGS_URL, FLAGS_POLL_MS]).toEqual(['http://unleash:4242/api', '2000'])
  const pod = gateway.spec.template.spec
  expect(pod.volumes).toContainEqual({ name: 'flags', emptyDir: { sizeLimit: '16Mi' } })
  expect(pod.containers[0]?.volumeMounts).toContainEqual({ name: 'flags', mountPath: FLAGS_KEPT_IN })
  expect(pod).not.toHaveProperty('initContainers')
})

test('gateways have a token that reads flags, and the one that changes them is for operators', () => {
  const { containers } = workload(manifests, 'Deployment', 'gateway').spec.template.spec
  expect(containers[0]?.env).toContainEqual({
    name: 'FLAGS_TOKEN',
    valueFrom: { secretKeyRef: { name: 'uptick-flags', key: 'FLAGS_TOKEN' } },
  })
  expect(JSON.stringify(containers)).not.toContain('UNLEASH_ADMIN_TOKEN')
  expect(containers[0]?.envFrom).not.toContainEqual({ secretRef: { name: 'uptick-flags' } })
})

test('a Job of each version makes the declared flags', () => {
  const { spec } = find(manifests, 'Job', /^flags-/)
  expect(spec?.template?.spec.containers[0]?.args).toEqual([
    'services/operator/src/main.ts',
    'publish-flags',
    '--wait',
    '300',
  ])
})
