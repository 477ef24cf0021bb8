import { expect, test } from 'vitest'
import { FakeCluster } from '../testing/fake-cluster.ts'
import type { DeployLock } from './deploy-lock.ts'
import { apply, noteRelease, type Session } from './deploy.ts'
import type { ExchangeWatch } from './exchange-watch.ts'
import type { Manifest } from './manifest.ts'
import type { Workload } from './objects.ts'
import { goBack } from './rollback.ts'
import { RollFailedError, type Roll } from './roll.ts'
import type { View } from './view.ts'

const manifest: Manifest = {
  namespace: 'uptick',
  documents: [
    { kind: 'Service', name: 'gateway', text: 'service' },
    { kind: 'Deployment', name: 'gateway', text: 'gateway' },
    { kind: 'StatefulSet', name: 'engine', text: 'engine' },
    { kind: 'Deployment', name: 'recorder', text: 'recorder' },
  ],
}

/** A deployment that is under way on `cluster`; `complete` decides how the roll of each part goes. */
function session(cluster: FakeCluster, complete: (name: string) => void = () => undefined) {
  const [said, waited] = [[] as string[], [] as string[]]
  const wait = ({ metadata }: Workload): boolean => waited.push(metadata.name) > 0
  const parts = {
    kubectl: cluster.kubectl,
    lock: { assertHeld: () => undefined } as unknown as DeployLock,
    watch: {
      isReplaced: wait,
      isSettled: wait,
      pulse: () => Promise.resolve({ leader: 'engine-0', requests: 0, errors: 0 }),
    } as unknown as ExchangeWatch,
    roll: {
      complete: ([workload]: readonly Workload[]) => Promise.resolve().then(() => complete(workload!.metadata.name)),
    } as unknown as Roll,
    view: {
      say: (text: string) => said.push(text),
      show: () => undefined,
      waits: () => undefined,
      expect: () => undefined,
      rolled: () => undefined,
    } as unknown as View,
  } satisfies Session
  return { session: parts, said, waited }
}

/** A cluster whose newest release is `old`, and where an `apply` brings templates c. */
async function deployed(): Promise<FakeCluster> {
  const cluster = new FakeCluster()
  await noteRelease(cluster.kubectl, 'old')
  cluster.next = 'c'
  return cluster
}

test('what is whole is written down once, what is not is not', async () => {
  const cluster = await deployed()
  expect(await noteRelease(cluster.kubectl, 'again')).toMatchObject({ image: 'old' })
  cluster.next = 'c'
  await cluster.kubectl.run(['apply'], 'engine')
  cluster.break('engine')
  expect(await noteRelease(cluster.kubectl, 'half')).toMatchObject({ image: 'old' })
  expect(cluster.releases.map(({ image }) => image)).toEqual(['old'])
})

test('a version goes up part by part, and is written down', async () => {
  const cluster = await deployed()
  const before = await noteRelease(cluster.kubectl, 'as found')
  const { replaced, failure } = await apply(session(cluster).session, manifest, 'new', before)
  expect({ replaced, failure }).toEqual({ replaced: ['recorder', 'engine', 'gateway'], failure: undefined })
  expect(cluster.changes).toEqual(['apply service', 'apply recorder', 'apply engine', 'apply gateway'])
  expect(cluster.releases.map(({ image }) => image)).toEqual(['old', 'new'])
})

test('a roll that fails goes back: every part that it has changed, and no other; it is not written down', async () => {
  const cluster = await deployed()
  const before = await noteRelease(cluster.kubectl, 'as found')
  const failing = session(cluster, (name) => {
    if (name === 'engine') throw new RollFailedError('there is no leader for 15 s')
  })
  const { replaced, failure } = await apply(failing.session, manifest, 'new', before)
  expect({ replaced, failure }).toEqual({ replaced: ['recorder'], failure: 'there is no leader for 15 s' })
  expect(cluster.running).toEqual({ recorder: 'recorder-b', engine: 'engine-b', gateway: 'gateway-b' })
  expect(cluster.changes).toEqual([
    'apply service',
    'apply recorder',
    'apply engine',
    'undo statefulset/engine 2',
    'undo deployment/recorder 2',
  ])
  expect(failing.said.slice(-3)).toEqual([
    'there is no leader for 15 s; going back to old',
    'templates put back: recorder, engine',
    'back: recorder, engine',
  ])
  expect(cluster.releases.map(({ image }) => image)).toEqual(['old'])
  // All parts, also those that were not put back.
  expect(failing.waited.slice(-3)).toEqual(['recorder', 'engine', 'gateway'])
})

test('without a release to go back to, and for what is no failed roll, it stays as it is', async () => {
  const cluster = await deployed()
  const fail = (error: Error) =>
    session(cluster, () => {
      throw error
    }).session
  const before = await noteRelease(cluster.kubectl, 'as found')
  await expect(apply(fail(new RollFailedError('no')), manifest, 'new', undefined)).rejects.toThrow('no')
  await expect(apply(fail(new Error('refused')), manifest, 'new', before)).rejects.toThrow('refused')
  expect(cluster.changes.filter((change) => change.startsWith('undo'))).toEqual([])
})

test('a deployment that has lost its lock changes no further part', async () => {
  const cluster = await deployed()
  const { session: parts } = session(cluster)
  const lock = {
    assertHeld: () => {
      throw new Error('taken over')
    },
  } as unknown as DeployLock
  await expect(apply({ ...parts, lock }, manifest, 'new', undefined)).rejects.toThrow('taken over')
  expect(cluster.changes).toEqual(['apply service'])
})

test('without a release that was written down, what is broken goes back one step, or all of it', async () => {
  const cluster = new FakeCluster()
  cluster.break('engine')
  expect(await goBack(session(cluster).session, undefined)).toEqual(['engine'])
  expect(cluster.changes).toEqual(['undo statefulset/engine 1'])
  const whole = new FakeCluster()
  expect(await goBack(session(whole).session, undefined)).toEqual(['recorder', 'engine', 'gateway'])
})

test('what came after the release that was gone back to is forgotten', async () => {
  const cluster = await deployed()
  const { session: parts } = session(cluster)
  await apply(parts, manifest, 'new', undefined)
  cluster.next = 'd'
  await apply(parts, manifest, 'newer', undefined)
  const [, target] = cluster.releases
  expect(await goBack(parts, { ...target!, at: '' })).toEqual(['recorder', 'engine', 'gateway'])
  expect(cluster.running).toEqual({ recorder: 'recorder-c', engine: 'engine-c', gateway: 'gateway-c' })
  expect(cluster.releases.map(({ image }) => image)).toEqual(['old', 'new'])
})
