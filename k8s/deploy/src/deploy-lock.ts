import { randomBytes } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { KubectlError, type Kubectl } from './kubectl.ts'
import type { Metadata } from './objects.ts'

const NAME = 'uptick-deploy'
const DURATION_SECONDS = 30
const RENEW_MS = 8_000

interface Lease {
  readonly metadata: Metadata
  readonly spec: {
    readonly holderIdentity?: string
    readonly renewTime?: string
    readonly leaseDurationSeconds?: number
  }
}

/** Another process deploys or rolls back at this moment. */
export class DeployLockedError extends Error {
  override readonly name = 'DeployLockedError'
}

/**
 * One deployment at a time: a Lease in the namespace, that is renewed while it is held. Who dies with it blocks the next
 * for half a minute.
 */
export class DeployLock {
  readonly #kubectl: Kubectl
  readonly #holder: string
  #lease: Lease
  #timer: NodeJS.Timeout | undefined
  #renewing: Promise<void> | undefined
  #isReleased = false
  /** The lease was taken away: its holder is in charge now. */
  #lost: string | undefined

  private constructor(kubectl: Kubectl, holder: string, lease: Lease) {
    this.#kubectl = kubectl
    this.#holder = holder
    this.#lease = lease
    this.#schedule()
  }

  /** @param purpose is shown to the one that comes second @throws DeployLockedError when another process holds it */
  static async take(kubectl: Kubectl, purpose: string): Promise<DeployLock> {
    const holder = `${userInfo().username}@${hostname()} ${randomBytes(4).toString('hex')} (${purpose})`
    const known = await kubectl.find<Lease>(['get', 'lease', NAME])
    if (known !== undefined && !isExpired(known)) throw new DeployLockedError(lockedBy(known))
    const verb = known === undefined ? 'create' : 'replace'
    try {
      return new DeployLock(kubectl, holder, await write(kubectl, verb, holder, known?.metadata.resourceVersion))
    } catch (error) {
      if (error instanceof KubectlError && error.isConflict)
        throw new DeployLockedError('another process has just begun to deploy', { cause: error })
      throw error
    }
  }

  /** @throws DeployLockedError when another process has taken it, because it could not be renewed in time */
  assertHeld(): void {
    if (this.#lost !== undefined) throw new DeployLockedError(this.#lost)
  }

  async release(): Promise<void> {
    this.#isReleased = true
    clearTimeout(this.#timer)
    // It gives the lease another version, and would go on renewing it.
    await this.#renewing
    if (this.#lost !== undefined) return
    // With the version in hand, so that a lease that has changed hands stays.
    const { uid, resourceVersion } = this.#lease.metadata
    const options = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } }
    const path = `/apis/coordination.k8s.io/v1/namespaces/${this.#kubectl.namespace}/leases/${NAME}`
    await this.#kubectl
      .run(['delete', '--raw', path, '--filename', '-'], JSON.stringify(options))
      .catch(() => undefined)
  }

  #schedule(): void {
    if (this.#isReleased) return
    this.#timer = setTimeout(() => (this.#renewing = this.#renew()), RENEW_MS)
    this.#timer.unref()
  }

  async #renew(): Promise<void> {
    try {
      this.#lease = await write(this.#kubectl, 'replace', this.#holder, this.#lease.metadata.resourceVersion)
    } catch (error) {
      if (error instanceof KubectlError && (error.isConflict || error.isNotFound)) {
        this.#lost = 'another process has taken the deployment over'
        return
      }
    }
    this.#schedule()
  }
}

function isExpired({ spec }: Lease): boolean {
  const seconds = spec.leaseDurationSeconds ?? DURATION_SECONDS
  return spec.renewTime === undefined || Date.parse(spec.renewTime) + seconds * 1000 < Date.now()
}

function lockedBy({ spec }: Lease): string {
  return `${spec.holderIdentity ?? 'another process'} deploys already, seen last at ${spec.renewTime ?? '?'}`
}

function write(kubectl: Kubectl, verb: 'create' | 'replace', holder: string, version?: string): Promise<Lease> {
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: NAME, namespace: kubectl.namespace, ...(version !== undefined && { resourceVersion: version }) },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: DURATION_SECONDS,
      renewTime: new Date().toISOString().replace('Z', '000Z'),
    },
  }
  return kubectl.json<Lease>([verb, '--filename', '-'], JSON.stringify(lease))
}
