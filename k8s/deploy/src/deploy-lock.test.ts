import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DeployLock, DeployLockedError } from './deploy-lock.ts'
import { KubectlError, type Kubectl } from './kubectl.ts'

interface Stored {
  readonly metadata: { readonly uid: string; resourceVersion: string }
  spec: object
}

/** As much of an API server as a lease needs: versions, and writes that are refused when theirs is old. */
class Leases {
  stored: Stored | undefined
  writes = 0
  #version = 0
  /** What the next writes say instead of writing. */
  refusal: string | undefined
  deletions = 0
  /** The next write waits for it. */
  gate: Promise<void> = Promise.resolve()

  /** What `DeployLock` calls of kubectl. */
  get kubectl(): Kubectl {
    return {
      namespace: 'uptick',
      find: () => Promise.resolve(structuredClone(this.stored)),
      json: (_args: readonly string[], input: string) => this.#write(JSON.parse(input) as Stored),
      run: (_args: readonly string[], input: string) => this.#delete(JSON.parse(input) as { preconditions: object }),
    } as unknown as Kubectl
  }

  async #write({ metadata, spec }: Stored): Promise<Stored> {
    this.writes++
    if (this.refusal !== undefined) throw new KubectlError(this.refusal)
    const isOld = this.stored !== undefined && metadata.resourceVersion !== this.stored.metadata.resourceVersion
    if (isOld) throw new KubectlError('Error from server (Conflict): the object has been modified')
    this.stored = { metadata: { uid: 'a', resourceVersion: String(++this.#version) }, spec }
    const answer = structuredClone(this.stored)
    await this.gate
    return answer
  }

  async #delete({ preconditions }: { preconditions: object }): Promise<void> {
    expect(preconditions).toEqual({
      uid: this.stored?.metadata.uid,
      resourceVersion: this.stored?.metadata.resourceVersion,
    })
    this.stored = undefined
    this.deletions++
  }

  /** Another process writes it. */
  touch(): void {
    this.stored!.metadata.resourceVersion = String(++this.#version)
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the second refuses while the first renews, and gets it when that has let go', async () => {
  const leases = new Leases()
  const first = await DeployLock.take(leases.kubectl, 'deploys')
  await vi.advanceTimersByTimeAsync(120_000)
  await expect(DeployLock.take(leases.kubectl, 'deploys too')).rejects.toThrow(DeployLockedError)
  await first.release()
  const second = await DeployLock.take(leases.kubectl, 'deploys too')
  second.assertHeld()
  await second.release()
})

test('released during a renewal, the lock is free and is not renewed any more', async () => {
  const leases = new Leases()
  const lock = await DeployLock.take(leases.kubectl, 'deploys')
  const { promise, resolve } = Promise.withResolvers<void>()
  leases.gate = promise
  await vi.advanceTimersByTimeAsync(10_000)
  const releasing = lock.release()
  resolve()
  await releasing
  expect(leases.stored).toBeUndefined()
  const { writes } = leases
  await vi.advanceTimersByTimeAsync(120_000)
  expect(leases.writes).toBe(writes)
})

test('a released lock is not renewed any more', async () => {
  const leases = new Leases()
  const lock = await DeployLock.take(leases.kubectl, 'deploys')
  await lock.release()
  await vi.advanceTimersByTimeAsync(120_000)
  expect([leases.stored, leases.writes]).toEqual([undefined, 1])
})

test('a lease that another process has written is lost at the renewal, and is not let go', async () => {
  const leases = new Leases()
  const lock = await DeployLock.take(leases.kubectl, 'deploys')
  leases.touch()
  lock.assertHeld()
  await vi.advanceTimersByTimeAsync(8_000)
  expect(() => lock.assertHeld()).toThrow(DeployLockedError)
  const { writes } = leases
  await vi.advanceTimersByTimeAsync(60_000)
  await lock.release()
  expect([leases.writes, leases.deletions]).toEqual([writes, 0])
})

test('so is one that is gone', async () => {
  const leases = new Leases()
  const lock = await DeployLock.take(leases.kubectl, 'deploys')
  leases.refusal = 'Error from server (NotFound): leases.coordination.k8s.io "uptick-deploy" not found'
  await vi.advanceTimersByTimeAsync(8_000)
  expect(() => lock.assertHeld()).toThrow('another process has taken the deployment over')
})

test('a renewal that fails otherwise is tried again', async () => {
  const leases = new Leases()
  const lock = await DeployLock.take(leases.kubectl, 'deploys')
  leases.refusal = 'Unable to connect to the server'
  await vi.advanceTimersByTimeAsync(16_000)
  lock.assertHeld()
  leases.refusal = undefined
  const { resourceVersion } = leases.stored!.metadata
  await vi.advanceTimersByTimeAsync(8_000)
  expect(leases.stored!.metadata.resourceVersion).not.toBe(resourceVersion)
  lock.assertHeld()
  await lock.release()
})

test('a process that died with the lock blocks the next one for half a minute, and no longer', async () => {
  const leases = new Leases()
  await DeployLock.take(leases.kubectl, 'dies')
  leases.refusal = 'dead'
  await vi.advanceTimersByTimeAsync(30_000)
  leases.refusal = undefined
  // Takes it with the version that it has seen.
  await expect(DeployLock.take(leases.kubectl, 'too early')).rejects.toThrow('deploys already')
  leases.refusal = 'dead'
  await vi.advanceTimersByTimeAsync(1)
  leases.refusal = undefined
  const next = await DeployLock.take(leases.kubectl, 'next')
  next.assertHeld()
  await next.release()
  expect(leases.deletions).toBe(1)
})

test('of two that find it free one gets it', async () => {
  const leases = new Leases()
  const taken = await Promise.allSettled([1, 2].map((n) => DeployLock.take(leases.kubectl, `the ${n}.`)))
  expect(taken.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(taken).toContainEqual(expect.objectContaining({ reason: expect.any(DeployLockedError) }))
  for (const each of taken) if (each.status === 'fulfilled') await each.value.release()
})
