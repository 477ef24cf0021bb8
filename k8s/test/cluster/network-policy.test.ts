import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { namespace } from '../config.ts'
import { get, kubectl, readyPods, type Pod } from '../kubectl.ts'
import { reachable, startProbePod, type Endpoint, type ProbePod } from '../reach.ts'

/**
 * Who may connect to what; everything else must be closed. `dns` stands for names, `elsewhere` for a pod of another
 * namespace, `api-server` for the one of Kubernetes.
 */
const allowed: Readonly<Record<string, readonly string[]>> = {
  engine: ['engine link', 'postgres', 'api-server', 'dns'],
  gateway: ['engine link', 'postgres', 'redis', 'unleash', 'dns'],
  recorder: ['postgres', 'dns'],
  postgres: ['dns'],
  redis: ['dns'],
  unleash: ['postgres', 'dns'],
  flags: ['unleash', 'dns'],
  migration: ['postgres', 'dns'],
  demo: ['gateway operator', 'dns'],
  operator: ['gateway operator', 'unleash', 'dns'],
  secrets: ['api-server', 'dns'],
  'prometheus beside': ['engine ops', 'gateway ops', 'recorder ops', 'api-server', 'dns'],
  'an unknown component': ['dns'],
  'a pod without labels': ['dns'],
}

/** From other namespaces, which these policies say nothing about except at our end. */
const allowedIn: Readonly<Record<string, readonly string[]>> = {
  prometheus: ['gateway http', 'engine ops', 'gateway ops', 'recorder ops'],
  'a pod elsewhere': ['gateway http'],
  'a pod elsewhere that calls itself prometheus': ['gateway http'],
  'a pod elsewhere that calls itself gateway': ['gateway http'],
  'a pod of monitoring that is not prometheus': ['gateway http'],
}

const elsewhere = `${namespace}-elsewhere`
const uptick = (component: string) => ({ 'app.kubernetes.io/name': 'uptick', 'app.kubernetes.io/component': component })
const prometheus = { 'app.kubernetes.io/name': 'prometheus' }

/** Components whose pods come and go, and those that we do not have: a pod with their labels stands for them. */
const stand: Readonly<Record<string, Omit<ProbePod, 'image'>>> = {
  migration: { name: 'probe-migration', namespace, labels: uptick('migration') },
  demo: { name: 'probe-demo', namespace, labels: uptick('demo') },
  flags: { name: 'probe-flags', namespace, labels: uptick('flags') },
  operator: { name: 'probe-operator', namespace, labels: uptick('operator') },
  secrets: { name: 'probe-secrets', namespace, labels: uptick('secrets') },
  'prometheus beside': {
    name: 'probe-prometheus-beside',
    namespace,
    labels: { ...prometheus, 'app.kubernetes.io/component': 'monitoring' },
  },
  'an unknown component': { name: 'probe-unknown', namespace, labels: uptick('unknown') },
  'a pod without labels': { name: 'probe-bare', namespace, labels: {} },
  prometheus: { name: 'probe-prometheus', namespace: 'monitoring', labels: prometheus },
  'a pod of monitoring that is not prometheus': { name: 'probe-other', namespace: 'monitoring', labels: {} },
  'a pod elsewhere': { name: 'probe-stranger', namespace: elsewhere, labels: {} },
  'a pod elsewhere that calls itself prometheus': {
    name: 'probe-prometheus',
    namespace: elsewhere,
    labels: prometheus,
  },
  'a pod elsewhere that calls itself gateway': {
    name: 'probe-gateway',
    namespace: elsewhere,
    labels: uptick('gateway'),
  },
}

const pods = new Map<string, Pod>()
let inside: Endpoint[] = []
let outside: Endpoint[] = []

beforeAll(async () => {
  for (const name of ['monitoring', elsewhere]) await kubectl(['create', 'namespace', name]).catch(() => undefined)
  const component = (name: string): Promise<Pod[]> =>
    readyPods(namespace, `app.kubernetes.io/name=uptick,app.kubernetes.io/component=${name},!uptick.dev/probe`)
  const engines = await component('engine')
  const gateways = await component('gateway')
  const [recorder] = await component('recorder')
  const [postgres] = await readyPods(namespace, 'app.kubernetes.io/name=postgres')
  const [redis] = await readyPods(namespace, 'app.kubernetes.io/name=redis')
  const [unleash] = await readyPods(namespace, 'app.kubernetes.io/name=unleash')
  const [engine] = await get<{ items: { spec: { containers: { image: string }[] } }[] }>(
    'pods',
    `--namespace=${namespace}`,
    '--selector=app.kubernetes.io/component=engine',
  ).then(({ items }) => items)
  const image = engine!.spec.containers[0]!.image
  await Promise.all(Object.values(stand).map((pod) => startProbePod({ ...pod, image })))
  for (const [name, { name: pod, namespace: at }] of Object.entries(stand)) {
    await kubectl(['wait', '--for=condition=Ready', `--namespace=${at}`, `pod/${pod}`, '--timeout=240s'])
    pods.set(name, await get<Pod>('pod', pod, `--namespace=${at}`))
  }
  // The first of each kind asks, the last one is asked.
  const asking = { engine: engines[0], gateway: gateways[0], recorder, postgres, redis, unleash }
  for (const [name, pod] of Object.entries(asking)) pods.set(name, pod!)
  const at = (name: string, pod: Pod, port: number): Endpoint => ({ name, host: pod.status.podIP, port })
  const [lastEngine, lastGateway] = [engines.at(-1)!, gateways.at(-1)!]
  inside = [
    at('engine link', lastEngine, 7000),
    at('engine ops', lastEngine, 9000),
    at('gateway http', lastGateway, 8080),
    at('gateway operator', lastGateway, 8081),
    at('gateway ops', lastGateway, 9000),
    at('recorder ops', recorder!, 9000),
    at('postgres', postgres!, 5432),
    at('redis', redis!, 6379),
    ...(unleash === undefined ? [] : [at('unleash', unleash, 4242)]),
    at('a pod that no policy names', pods.get('a pod without labels')!, 8080),
  ]
  const service = (of: string, name: string): Promise<{ spec: { clusterIP: string } }> =>
    get('service', name, `--namespace=${of}`)
  outside = [
    at('elsewhere', pods.get('a pod elsewhere')!, 8080),
    { name: 'api-server', host: (await service('default', 'kubernetes')).spec.clusterIP, port: 443 },
    { name: 'dns', host: (await service('kube-system', 'kube-dns')).spec.clusterIP, port: 53 },
  ]
})

afterAll(async () => {
  for (const at of [namespace, 'monitoring'])
    await kubectl(['delete', 'pod', `--namespace=${at}`, '--selector=uptick.dev/probe', '--wait=false'])
  await kubectl(['delete', 'namespace', elsewhere, '--wait=false'])
})

/** A pod reaches itself whatever a policy says. */
const others = (pod: Pod, ends: readonly Endpoint[]): Endpoint[] => ends.filter(({ host }) => host !== pod.status.podIP)

describe('what a pod of ours reaches', () => {
  test.concurrent.each(Object.keys(allowed))('%s', async (name) => {
    const pod = pods.get(name)!
    const open = await reachable(pod, others(pod, [...inside, ...outside]))
    expect(open.toSorted()).toEqual(allowed[name]!.toSorted())
  })
})

describe('what reaches us from other namespaces', () => {
  test.concurrent.each(Object.keys(allowedIn))('%s', async (name) => {
    const open = await reachable(pods.get(name)!, inside)
    expect(open.toSorted()).toEqual(allowedIn[name]!.toSorted())
  })
})

test('every permitted path was used once: no port is closed only because no process listens', () => {
  const walked = new Set([...Object.values(allowed), ...Object.values(allowedIn)].flat())
  for (const { name } of inside.filter((end) => end.host !== pods.get('a pod without labels')!.status.podIP))
    expect(walked).toContain(name)
})

test('probes of the kubelet come through: everything is ready', async () => {
  for (const component of ['engine', 'gateway', 'recorder'])
    await expect(readyPods(namespace, `app.kubernetes.io/component=${component}`)).resolves.not.toEqual([])
})
