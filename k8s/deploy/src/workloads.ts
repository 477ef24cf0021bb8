import { KubectlError, type Kubectl } from './kubectl.ts'
import { componentOf, type List, type Metadata, type Pod, type Workload } from './objects.ts'

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

/** The names of the parts, in the order of a roll. */
export const PART_NAMES: readonly string[] = PARTS.map(({ name }) => name)

/** Whether a pod is one of a part: neither a store nor a Job. */
export function isOfPart(pod: Pod): boolean {
  return PART_NAMES.includes(componentOf(pod))
}

/** Which template each part is made from, by a name that stays when the revision's number changes. */
export type Revisions = Readonly<Record<string, string>>

/** A ReplicaSet or ControllerRevision: what Kubernetes keeps of a template. */
export interface Template {
  readonly metadata: Metadata & { readonly ownerReferences?: readonly { readonly uid: string }[] }
  /** Of a ControllerRevision. */
  readonly revision?: number
}

const REVISION = 'deployment.kubernetes.io/revision'

/** The parts as they are now; those that are not there are left out. */
export async function findWorkloads(kubectl: Kubectl): Promise<Workload[]> {
  const names = PARTS.map(({ kind, name }) => `${kind}/${name}`)
  const found = await kubectl.find<Workload | List<Workload>>(['get', ...names])
  const workloads = found === undefined ? [] : 'items' in found ? found.items : [found]
  return PARTS.flatMap(({ name }) => workloads.filter(({ metadata }) => metadata.name === name))
}

/** Every template that Kubernetes still has. */
export async function findTemplates(kubectl: Kubectl): Promise<readonly Template[]> {
  return (await kubectl.json<List<Template>>(['get', 'controllerrevisions,replicasets'])).items
}

/** What the newest template of each part is. */
export async function currentRevisions(kubectl: Kubectl, workloads: readonly Workload[]): Promise<Revisions> {
  const revisions: Record<string, string> = {}
  const templates = await findTemplates(kubectl)
  for (const workload of workloads) {
    const { name } = workload.metadata
    const known = history(templates, workload)
    const wanted = workload.kind === 'StatefulSet' ? workload.status.updateRevision : known.at(-1)?.name
    if (wanted !== undefined) revisions[name] = wanted
  }
  return revisions
}

/** Revisions of a part that Kubernetes still has, the oldest first. */
function history(templates: readonly Template[], { metadata: { uid } }: Workload): { name: string; number: number }[] {
  return templates
    .filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid) === true)
    .map(({ metadata, revision }) => ({
      name: metadata.name,
      number: revision ?? Number(metadata.annotations?.[REVISION] ?? 0),
    }))
    .toSorted((a, b) => a.number - b.number)
}

/**
 * Put a part's template back to a revision, or to the one before the newest when none is named. Says whether anything
 * had to be changed.
 *
 * @throws Error when Kubernetes has forgotten that revision
 */
export async function undo(
  kubectl: Kubectl,
  workload: Workload,
  templates: readonly Template[],
  revision: string | undefined,
): Promise<boolean> {
  const known = history(templates, workload)
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
