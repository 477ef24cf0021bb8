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

test('let go while a renewal is on its way, it is free, and nobody renews it any more', async () => {
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
