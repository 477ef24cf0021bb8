import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { find, isWorkload, overlays, renderOverlay, workload, type Texts } from '../manifests.ts'

const OWN_PROBES = { startupProbe: '/startupz', readinessProbe: '/readyz', livenessProbe: '/livez' } as const

describe.each(overlays)('overlay %s', (overlay) => {
  const manifests = renderOverlay(overlay)
  const workloads = manifests.filter(isWorkload)
  const lasting = workloads.filter(({ kind }) => kind !== 'Job')
  const services = ['StatefulSet engine', 'Deployment gateway', 'Deployment recorder'].map((words) => {
    const [kind, name] = words.split(' ')
    return workload(manifests, kind!, name!)
  })

  test('has everything that it needs', () => {
    const names = workloads.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    expect(names).toEqual(expect.arrayContaining(['StatefulSet engine', 'Deployment gateway', 'Deployment recorder']))
    expect(names).toContainEqual(expect.stringMatching(/^Job migration-/))
  })

  test('what runs of the image is in the repository', () => {
    const root = new URL('../../../', import.meta.url)
    const containers = workloads.flatMap(({ spec }) => spec.template.spec.containers)
    const programs = containers.flatMap(({ args = [] }) => args.filter((word) => /^[\w/-]+\.[jt]s$/.test(word)))
    expect(programs.length).toBeGreaterThanOrEqual(4)
    for (const program of programs) {
      const source = program.replace(/^bundle\/(\w+)\.js$/, 'services/$1/src/main.ts')
      expect({ program, exists: existsSync(new URL(source, root)) }).toEqual({ program, exists: true })
    }
  })

  test('probes say what they mean: started, ready, wedged', () => {
    for (const { spec } of services) {
      const [container] = spec.template.spec.containers
      for (const [probe, path] of Object.entries(OWN_PROBES)) {
        expect(container).toHaveProperty(`${probe}.httpGet`, { path, port: 'ops' })
      }
    }
    for (const { spec } of lasting)
      expect(spec.template.spec.containers[0]).toMatchObject({ startupProbe: {}, readinessProbe: {} })
  })

  test('every container says what it needs, and memory has an end', () => {
    for (const { spec } of workloads)
      for (const { resources } of spec.template.spec.containers) {
        expect(resources.requests).toEqual({ cpu: expect.anything(), memory: expect.anything() })
        expect(resources.limits['memory']).toBeDefined()
      }
  })

  test('pods are restricted: no root, no privilege, nothing to write to', () => {
    const namespace = manifests.find(({ kind }) => kind === 'Namespace')!
    expect(namespace.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' })
    for (const { spec } of workloads) {
      const pod = spec.template.spec
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
      expect(pod.hostNetwork).toBeUndefined()
      for (const { securityContext } of pod.containers)
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
      for (const volume of pod.volumes ?? []) expect(volume).not.toHaveProperty('hostPath')
    }
  })

  test('only pods that talk to the API server have a token', () => {
    const withToken = workloads.filter(({ spec }) => spec.template.spec.automountServiceAccountToken !== false)
    const names = withToken.map(({ metadata }) => metadata.name.replace(/-.*/, ''))
    expect(names.toSorted()).toEqual(overlay === 'local' ? ['engine', 'prometheus', 'secrets'] : ['engine'])
  })

  test('images have a version, and none is "latest"', () => {
    for (const { spec } of workloads)
      for (const { image } of spec.template.spec.containers) {
        expect(image).toMatch(/^[\w./:-]+:[\w.-]+$/)
        expect(image).not.toMatch(/:latest$/)
      }
  })

  test('carries the labels of the convention, and selects by none that changes', () => {
    const conventional = ['name', 'component', 'part-of', 'managed-by'].map((word) => `app.kubernetes.io/${word}`)
    for (const manifest of manifests.filter(
      ({ kind, metadata }) => metadata.namespace !== undefined && kind !== 'Namespace',
    )) {
      const expected =
        manifest.kind === 'NetworkPolicy' ? conventional.filter((name) => !name.endsWith('component')) : conventional
      expect(Object.keys(manifest.metadata.labels ?? {}), `${manifest.kind} ${manifest.metadata.name}`).toEqual(
        expect.arrayContaining(expected),
      )
    }
    for (const { metadata, spec } of services) {
      const version = metadata.labels?.['app.kubernetes.io/version']
      expect(version).toBe(spec.template.spec.containers[0]!.image.split(':').at(-1))
      expect(spec.template.metadata.labels['app.kubernetes.io/version']).toBe(version)
    }
    const stable: Texts = {
      'app.kubernetes.io/name': expect.any(String),
      'app.kubernetes.io/component': expect.any(String),
    }
    for (const { spec } of lasting) expect(spec.selector?.matchLabels).toEqual(stable)
    // Of two PostgreSQL one takes writes, and it keeps its name.
    const primary: Texts = { ...stable, 'statefulset.kubernetes.io/pod-name': 'postgres-0' }
    for (const { metadata, spec } of manifests.filter(({ kind }) => kind === 'Service'))
      expect(spec?.selector).toEqual(metadata.name === 'postgres' ? primary : stable)
  })

  test('the migration has a name of its own for each version, because a Job cannot be changed', () => {
    const jobs = manifests.filter(({ kind }) => kind === 'Job')
    const version = services[0]!.metadata.labels?.['app.kubernetes.io/version']
    for (const { metadata } of jobs) expect(metadata.name).toMatch(new RegExp(`^[a-z]+-${version}$`))
  })

  test('budgets let a node go, whatever state its pods are in', () => {
    for (const name of ['engine', 'gateway', 'recorder']) {
      const budget = find(manifests, 'PodDisruptionBudget', name)
      expect(budget.spec).toMatchObject({ maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' })
    }
  })

  test('everything that matters has a priority that exists', () => {
    const classes = new Set(
      manifests.filter(({ kind }) => kind === 'PriorityClass').map(({ metadata }) => metadata.name),
    )
    for (const { spec } of lasting) expect(classes).toContain(spec.template.spec.priorityClassName)
  })

  test('denies every connection that no policy names', () => {
    const { spec } = find(manifests, 'NetworkPolicy', 'deny-all')
    expect(spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
  })

  test('no secret is in it', () => {
    expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([])
  })
})
