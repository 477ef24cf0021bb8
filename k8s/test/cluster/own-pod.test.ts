import { beforeAll, describe, expect, test } from 'vitest'
import { namespace } from '../config.ts'
import { get, inPod, kubectl, readyPods, type Pod } from '../kubectl.ts'

/** Runs inside a member's pod, with the image's own client: each attempt, and what the API server said. */
const attempts = `
import { ApiServer } from '@uptick/runtime'
const [calls, token] = JSON.parse(process.argv[1])
const own = ApiServer.ofThisPod(process.env)
const { readFileSync } = await import('node:fs')
const folder = '/var/run/secrets/kubernetes.io/serviceaccount/'
const api = token === '' ? own : new ApiServer({
  host: process.env.KUBERNETES_SERVICE_HOST, port: Number(process.env.KUBERNETES_SERVICE_PORT), namespace: own.namespace,
  pod: '', authority: readFileSync(folder + 'ca.crt', 'utf8'), token: () => token })
const said = []
for (const [method, path, body] of calls) {
  try {
    await api.call(method, path, body, body && 'application/strategic-merge-patch+json')
    said.push('allowed')
  } catch (error) { said.push(error.message) }
}
console.log(JSON.stringify(said))
api.close()`

type Call = readonly [method: string, path: string, body?: object]

const components = 'app.kubernetes.io/name=uptick,app.kubernetes.io/component='
let member: Pod
let other: Pod
let gateway: Pod

beforeAll(async () => {
  const members = await readyPods(namespace, `${components}engine`)
  ;[member, other] = [members[0]!, members[1]!]
  gateway = (await readyPods(namespace, `${components}gateway`))[0]!
})

async function tried(calls: readonly Call[], token = ''): Promise<string[]> {
  const command = ['node', '--input-type=module', '--eval', attempts, JSON.stringify([calls, token])]
  const said: string[] = JSON.parse(await inPod(member, command))
  return said
}

const pod = (name: string): string => `/api/v1/namespaces/${namespace}/pods/${name}`
const condition = (name: string, type: string, status = 'True'): Call => [
  'PATCH',
  `${pod(name)}/status`,
  { status: { conditions: [{ type, status, reason: 'Met', message: 'said by a test' }] } },
]

describe('a member', () => {
  test('may publish its two conditions on its own pod', async () => {
    const name = member.metadata.name
    expect(await tried([condition(name, 'uptick.dev/caught-up'), condition(name, 'uptick.dev/hash-equal')])).toEqual([
      'allowed',
      'allowed',
    ])
    const { status } = await get<Pod>('pod', name, `--namespace=${namespace}`)
    const said = status.conditions.filter(({ message }) => message === 'said by a test').map(({ type }) => type)
    expect(said.toSorted()).toEqual(['uptick.dev/caught-up', 'uptick.dev/hash-equal'])
  })

  test('may not speak for another pod', async () => {
    const said = await tried([
      condition(other.metadata.name, 'uptick.dev/caught-up'),
      condition(gateway.metadata.name, 'uptick.dev/hash-equal', 'False'),
    ])
    for (const [index, { metadata }] of [other, gateway].entries())
      expect(said[index]).toContain(
        `a token of the pod ${member.metadata.name} may not change the status of ${metadata.name}`,
      )
  })

  test('may change nothing else of its own status', async () => {
    const name = member.metadata.name
    const said = await tried([
      condition(name, 'Ready', 'False'),
      condition(name, 'ContainersReady', 'False'),
      condition(name, 'uptick.dev/something-else'),
      ...[
        { podIP: '192.0.2.1', podIPs: [{ $patch: 'replace' }, { ip: '192.0.2.1' }] },
        { phase: 'Failed' },
        { reason: 'Evicted', message: 'by nobody' },
      ].map((status): Call => ['PATCH', `${pod(name)}/status`, { status }]),
    ])
    for (const answer of said) expect(answer).toContain('a member may change its own two conditions only')
  })

  test('may do nothing else at all', async () => {
    const name = member.metadata.name
    const calls: Call[] = [
      ['GET', pod(name)],
      ['PATCH', pod(name), { metadata: { labels: { touched: 'true' } } }],
      ['DELETE', pod(name)],
      ['GET', `/api/v1/namespaces/${namespace}/secrets`],
      ['GET', '/api/v1/nodes'],
    ]
    for (const answer of await tried(calls))
      expect(answer).toMatch(/forbidden: User "system:serviceaccount:.*:engine" cannot/)
  })

  test('a token of the account that belongs to no pod is of no use', async () => {
    const token = (await kubectl(['create', 'token', 'engine', `--namespace=${namespace}`])).trim()
    const [said] = await tried([condition(member.metadata.name, 'uptick.dev/caught-up')], token)
    expect(said).toContain('a token of the pod (none) may not change the status')
  })
})

test('no other pod has a token', async () => {
  const look = "console.log(require('node:fs').existsSync('/var/run/secrets/kubernetes.io'))"
  const recorder = (await readyPods(namespace, `${components}recorder`))[0]!
  for (const without of [gateway, recorder])
    expect((await inPod(without, ['node', '--eval', look])).trim()).toBe('false')
  expect((await inPod(member, ['node', '--eval', look])).trim()).toBe('true')
})
