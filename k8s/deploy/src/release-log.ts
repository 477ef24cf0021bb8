import type { Kubectl } from './kubectl.ts'
import type { Revisions } from './workloads.ts'

const NAME = 'uptick-releases'
const KEPT = 5

/** A state of all parts that was complete and healthy. */
export interface Release {
  /** As it was asked for: an image, or what was found when the first deployment began. */
  readonly image: string
  readonly at: string
  readonly revisions: Revisions
}

interface ConfigMap {
  readonly data?: Readonly<Record<string, string>>
}

/** Releases that were deployed, the newest last: what a rollback goes back to. A ConfigMap of the namespace. */
export class ReleaseLog {
  readonly #kubectl: Kubectl
  readonly #releases: readonly Release[]

  private constructor(kubectl: Kubectl, releases: readonly Release[]) {
    this.#kubectl = kubectl
    this.#releases = releases
  }

  static async read(kubectl: Kubectl): Promise<ReleaseLog> {
    const map = await kubectl.find<ConfigMap>(['get', 'configmap', NAME])
    return new ReleaseLog(kubectl, JSON.parse(map?.data?.['releases'] ?? '[]'))
  }

  get newest(): Release | undefined {
    return this.#releases.at(-1)
  }

  /** The newest whose revisions are not these. */
  before(revisions: Revisions): Release | undefined {
    return this.#releases.findLast((release) => !sameRevisions(release.revisions, revisions))
  }

  /** Write a release down as the newest; one that was written before moves, so that going back and forth keeps both. */
  async add(release: Release): Promise<ReleaseLog> {
    const others = this.#releases.filter(({ revisions }) => !sameRevisions(revisions, release.revisions))
    return this.#write([...others, release].slice(-KEPT))
  }

  /** After a rollback to `release`: what came after it is not gone back to again. */
  async truncate(release: Release): Promise<ReleaseLog> {
    const index = this.#releases.findIndex(({ revisions }) => sameRevisions(revisions, release.revisions))
    return this.#write(index < 0 ? [...this.#releases, release] : this.#releases.slice(0, index + 1))
  }

  async #write(releases: readonly Release[]): Promise<ReleaseLog> {
    const map = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: NAME, namespace: this.#kubectl.namespace },
      data: { releases: JSON.stringify(releases) },
    }
    await this.#kubectl.run(['apply', '--filename', '-'], JSON.stringify(map))
    return new ReleaseLog(this.#kubectl, releases)
  }
}

export function sameRevisions(some: Revisions, others: Revisions): boolean {
  const names = new Set([...Object.keys(some), ...Object.keys(others)])
  return [...names].every((name) => some[name] === others[name])
}
