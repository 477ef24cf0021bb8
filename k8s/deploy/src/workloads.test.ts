import { expect, test } from 'vitest'
import { FakeCluster } from '../testing/fake-cluster.ts'
import { currentRevisions, findWorkloads, undo } from './workloads.ts'

test('the parts are found in the order of a roll', async () => {
  const found = await findWorkloads(new FakeCluster().kubectl)
  expect(found.map(({ metadata }) => metadata.name)).toEqual(['recorder', 'engine', 'gateway'])
})

test('the revision of a part is its own newest, whatever others have', async () => {
  const cluster = new FakeCluster()
  cluster.next = 'c'
  await cluster.kubectl.run(['apply'], 'recorder')
  const revisions = await currentRevisions(cluster.kubectl, cluster.workloads)
  expect(revisions).toEqual({ recorder: 'recorder-c', engine: 'engine-b', gateway: 'gateway-b' })
})

test.each([
  ['recorder', 'deployment'],
  ['engine', 'statefulset'],
])('%s goes back to the revision that is named, by its number', async (name, kind) => {
  const cluster = new FakeCluster()
  for (const next of ['c', 'd']) {
    cluster.next = next
    await cluster.kubectl.run(['apply'], name)
  }
  cluster.changes.length = 0
  expect(await undo(cluster.kubectl, cluster.workload(name), cluster.templates, `${name}-b`)).toBe(true)
  expect(cluster.changes).toEqual([`undo ${kind}/${name} 2`])
  expect(cluster.running[name]).toBe(`${name}-b`)
})

test('without a name it goes back to the one before the newest', async () => {
  const cluster = new FakeCluster()
  cluster.next = 'c'
  await cluster.kubectl.run(['apply'], 'gateway')
  cluster.changes.length = 0
  await undo(cluster.kubectl, cluster.workload('gateway'), cluster.templates, undefined)
  expect(cluster.changes).toEqual(['undo deployment/gateway 2'])
})

test('what is there already, or differs in nothing that counts, is not changed', async () => {
  const cluster = new FakeCluster()
  const { kubectl, templates } = cluster
  expect(await undo(kubectl, cluster.workload('engine'), templates, 'engine-b')).toBe(false)
  cluster.undoSays = 'deployment.apps/gateway skipped rollback (current template already matches revision 1)'
  expect(await undo(kubectl, cluster.workload('gateway'), templates, 'gateway-a')).toBe(false)
  cluster.undoSays = 'Error from server (Forbidden)'
  await expect(undo(kubectl, cluster.workload('gateway'), templates, 'gateway-a')).rejects.toThrow('Forbidden')
  expect(cluster.changes).toEqual([])
})

test('a revision that is another part’s, or that Kubernetes has forgotten, is an error', async () => {
  const cluster = new FakeCluster()
  const { kubectl, templates } = cluster
  for (const revision of ['recorder-a', 'gone'])
    await expect(undo(kubectl, cluster.workload('gateway'), templates, revision)).rejects.toThrow(
      `gateway cannot go back to ${revision}: Kubernetes has forgotten it`,
    )
})
