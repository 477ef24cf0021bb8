import { KubectlError, type Kubectl } from './kubectl.ts'
import type { List, Metadata, Workload } from './objects.ts'

/** A part of the exchange that a deployment replaces. */
export interface Part {
  readonly kind: 'statefulset' | 'deployment'
  readonly name: string
}

/** In the order of a roll: what only follows first, then the engine, then what its traders are connected to. */
export const PARTS: readonly Part[] = [
  { kind: 'deployment', name: 'recorder' },
  { kind: 'statefulset', name: 'engine' },
  { kind: 'deployment', name: 'gateway' },
]

/** Which template each part is made from, by a name that stays when the revision's number changes. */
export type Revisions = Readonly<Record<string, string>>

interface ReplicaSet {
  readonly metadata: Metadata & { readonly ownerReferences?: readonly { readonly uid: string }[] }
}

interface ControllerRevision extends ReplicaSet {
  readonly revision: number
}

const REVISION = 'deployment.kubernetes.io/revision'

/** The parts as they are now; those that are not there are left out. */
export async function findWorkloads(kubectl: Kubectl): Promise<Workload[]> {
  const found = await Promise.all(PARTS.map(({ kind, name }) => kubectl.find<Workload>(['get', kind, name])))
  return found.filter((workload) => workload !== undefined)
}

/** What the newest template of each part is. */
export async function currentRevisions(kubectl: Kubectl, workloads: readonly Workload[]): Promise<Revisions> {
  const revisions: Record<string, string> = {}
  for (const workload of workloads) {
    const { name } = workload.metadata
    const known = await history(kubectl, workload)
    const wanted = workload.kind === 'StatefulSet' ? workload.status.updateRevision : known.at(-1)?.name
    if (wanted !== undefined) revisions[name] = wanted
  }
  return revisions
}

/** Revisions of a part that Kubernetes still has, the oldest first. */
async function history(kubectl: Kubectl, workload: Workload): Promise<{ name: string; number: number }[]> {
  const isMine = ({ metadata }: ReplicaSet): boolean =>
    metadata.ownerReferences?.some(({ uid }) => uid === workload.metadata.uid) === true
  const numbered =
    workload.kind === 'StatefulSet'
      ? (await kubectl.json<List<ControllerRevision>>(['get', 'controllerrevisions'])).items
          .filter(isMine)
          .map(({ metadata, revision }) => ({ name: metadata.name, number: revision }))
      : (await kubectl.json<List<ReplicaSet>>(['get', 'replicasets'])).items
          .filter(isMine)
          .map(({ metadata }) => ({ name: metadata.name, number: Number(metadata.annotations?.[REVISION] ?? 0) }))
  return numbered.toSorted((a, b) => a.number - b.number)
}

/**
 * Put a part's template back to a revision, or to the one before the newest when none is named. Says whether anything
 * had to be changed.
 *
 * @throws Error when Kubernetes has forgotten that revision
 */
export async function undo(kubectl: Kubectl, workload: Workload, revision: string | undefined): Promise<boolean> {
  const known = await history(kubectl, workload)
  const { name } = workload.metadata
  const newest = workload.kind === 'StatefulSet' ? workload.status.updateRevision : known.at(-1)?.name
  const wanted = revision === undefined ? known.at(-2) : known.find((candidate) => candidate.name === revision)
  if (wanted === undefined && revision === undefined) return false
  if (wanted === undefined) throw new Error(`${name} cannot go back to ${revision}: Kubernetes has forgotten it`)
  if (wanted.name === newest) return false
  const target = `${workload.kind === 'StatefulSet' ? 'statefulset' : 'deployment'}/${name}`
  try {
    await kubectl.run(['rollout', 'undo', target, `--to-revision=${wanted.number}`])
  } catch (error) {
    // Two templates may differ in nothing that counts.
    if (error instanceof KubectlError && error.message.includes('skipped rollback')) return false
    throw error
  }
  return true
}
