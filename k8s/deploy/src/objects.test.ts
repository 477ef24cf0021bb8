import { expect, test } from 'vitest'
import { brokenReason, isReady, progressOf, type Deployment, type Pod, type StatefulSet } from './objects.ts'

const metadata = { name: 'x', uid: '1', generation: 3, creationTimestamp: '' }

function deployment(status: Deployment['status']): Deployment {
  return { kind: 'Deployment', metadata, spec: { replicas: 2 }, status: { observedGeneration: 3, ...status } }
}

function statefulSet(status: StatefulSet['status']): StatefulSet {
  return { kind: 'StatefulSet', metadata, spec: { replicas: 2 }, status: { observedGeneration: 3, ...status } }
}

test('a roll of a Deployment is complete when all are new and available, and none is old', () => {
  const done = { replicas: 2, updatedReplicas: 2, availableReplicas: 2 }
  expect(progressOf(deployment(done)).isComplete).toBe(true)
  expect(progressOf(deployment({ ...done, replicas: 3 })).isComplete).toBe(false)
  expect(progressOf(deployment({ ...done, availableReplicas: 1 })).isComplete).toBe(false)
  expect(progressOf(deployment({ ...done, updatedReplicas: 1 })).isComplete).toBe(false)
  expect(progressOf(deployment({ ...done, observedGeneration: 2 })).isComplete).toBe(false)
})

test('a roll of a StatefulSet is complete when its revisions are one', () => {
  const done = { replicas: 2, updatedReplicas: 2, availableReplicas: 2, currentRevision: 'b', updateRevision: 'b' }
  expect(progressOf(statefulSet(done)).isComplete).toBe(true)
  expect(progressOf(statefulSet({ ...done, currentRevision: 'a' })).isComplete).toBe(false)
  expect(progressOf(statefulSet({ ...done, availableReplicas: 1 })).isComplete).toBe(false)
  // Put back to what it was before any pod was replaced: nothing is counted as updated.
  expect(progressOf(statefulSet({ ...done, updatedReplicas: 0 })).isComplete).toBe(true)
})

function pod(changes: Partial<Pod['status']>, deletionTimestamp?: string): Pod {
  return {
    metadata: { ...metadata, ...(deletionTimestamp !== undefined && { deletionTimestamp }) },
    spec: { containers: [] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], ...changes },
  }
}

test('a pod that leaves is not ready, whatever it says', () => {
  expect(isReady(pod({}))).toBe(true)
  expect(isReady(pod({}, 'now'))).toBe(false)
  expect(isReady(pod({ conditions: [{ type: 'Ready', status: 'False' }] }))).toBe(false)
})

test('a pod that waits for its container is not broken, one whose image is not there is', () => {
  const waiting = (reason: string): Pod =>
    pod({ containerStatuses: [{ name: 'x', restartCount: 0, state: { waiting: { reason } } }] })
  expect(brokenReason(waiting('ContainerCreating'))).toBeUndefined()
  expect(brokenReason(waiting('ImagePullBackOff'))).toBe('ImagePullBackOff')
  expect(brokenReason(waiting('CrashLoopBackOff'))).toBe('CrashLoopBackOff')
})
