import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Pod } from './objects.ts'
import type { Pulse } from './pod-metrics.ts'
import { Roll, ROLL_LIMITS, type Watched } from './roll.ts'

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => vi.useRealTimers())

const calm: Pulse = { leader: 'engine-0', requests: 0, errors: 0 }

/** A roll over what `pulse` and `pods` say at the moment. */
function rolling(): { now: { pulse: Pulse; pods: Pod[] }; roll: Roll } {
  const now = { pulse: calm, pods: [] as Pod[] }
  const watched: Watched = {
    get pods() {
      return now.pods
    },
    isSettled: () => false,
    pulse: () => Promise.resolve(now.pulse),
  }
  return { now, roll: new Roll(watched, ROLL_LIMITS, () => undefined) }
}

function enginePod(uid: string, waiting?: string): Pod {
  const labels = { 'app.kubernetes.io/component': 'engine' }
  return {
    metadata: { name: 'engine-0', uid, labels, creationTimestamp: '' },
    spec: { containers: [] },
    status: {
      phase: 'Pending',
      containerStatuses: [
        { name: 'engine', restartCount: 0, state: waiting === undefined ? {} : { waiting: { reason: waiting } } },
      ],
    },
  }
}

test('an empty cluster has no leader, however long images take to come', async () => {
  const { now, roll } = rolling()
  now.pulse = { ...calm, leader: undefined }
  await roll.look()
  vi.advanceTimersByTime(ROLL_LIMITS.leaderlessMs * 3)
  await expect(roll.look()).resolves.toBeUndefined()
})

test('a former leader that is not replaced in time ends the roll; a moment without a leader does not', async () => {
  const { now, roll } = rolling()
  await roll.look()
  now.pulse = { ...calm, leader: undefined }
  vi.advanceTimersByTime(ROLL_LIMITS.leaderlessMs)
  await roll.look()
  vi.advanceTimersByTime(1)
  await expect(roll.look()).rejects.toThrow('there is no leader for 15 s')
})

test('a part whose pods do not change ends the roll', async () => {
  const { now, roll } = rolling()
  now.pods = [enginePod('a')]
  await roll.look()
  vi.advanceTimersByTime(ROLL_LIMITS.stallMs)
  await roll.look()
  vi.advanceTimersByTime(1)
  await expect(roll.look()).rejects.toThrow('nothing has moved for 120 s')
})

test('a pod that does not start ends the roll, unless it was broken before', async () => {
  const { now, roll } = rolling()
  const before = enginePod('before', 'CrashLoopBackOff')
  now.pods = [before]
  await roll.look()
  vi.advanceTimersByTime(ROLL_LIMITS.brokenMs + 1)
  await roll.look()
  now.pods = [before, enginePod('made by it', 'ImagePullBackOff')]
  await roll.look()
  vi.advanceTimersByTime(ROLL_LIMITS.brokenMs + 1)
  await expect(roll.look()).rejects.toThrow('engine-0 does not start: ImagePullBackOff')
})

test('a few failed answers are no reason, a share of them is', async () => {
  const { now, roll } = rolling()
  now.pulse = { ...calm, requests: 1_000_000, errors: 900 }
  await roll.look()
  now.pulse = { ...calm, requests: 10, errors: 4 }
  await roll.look()
  now.pulse = { ...calm, requests: 4_000, errors: 5 }
  await expect(roll.look()).rejects.toThrow('errors rise: 5 of 4000')
})
