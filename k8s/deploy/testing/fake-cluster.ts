import { KubectlError, type Kubectl } from '../src/kubectl.ts'
import type { Workload } from '../src/objects.ts'
import { PARTS, type Template } from '../src/workloads.ts'

/** One workload: its templates, the oldest first, and which of them is its newest. */
interface Part {
  readonly kind: 'StatefulSet' | 'Deployment'
  readonly templates: string[]
  /** Pods that are not ready. */
  missing: number
}

/** As much of a cluster as a roll and its way back need: workloads, the templates that are kept of each, and a ConfigMap. */
export class FakeCluster {
  /** What kubectl was told to change, in order: `apply NAME`, `undo KIND/NAME NUMBER`. */
  readonly changes: string[] = []
  /** A template of each part with that name is what the next `apply` of it brings. */
  next = ''
  /** What the next `rollout undo` says instead of doing it. */
  undoSays: string | undefined
  readonly #parts = new Map<string, Part>()
  #releases: string | undefined

  constructor() {
    for (const { name, kind } of PARTS) {
      const templates = ['a', 'b'].map((revision) => `${name}-${revision}`)
      this.#parts.set(name, { kind: kind === 'statefulset' ? 'StatefulSet' : 'Deployment', templates, missing: 0 })
    }
  }

  /** Newest template of each part. */
  get running(): Record<string, string> {
    return Object.fromEntries([...this.#parts].map(([name, { templates }]) => [name, templates.at(-1)!]))
  }

  get releases(): { readonly image: string; readonly revisions: Record<string, string> }[] {
    return JSON.parse(this.#releases ?? '[]')
  }

  /** Not all pods of the part are ready. */
  break(name: string): void {
    this.#part(name).missing = 1
  }

  workload(name: string): Workload {
    const { kind, templates, missing } = this.#part(name)
    const metadata = { name, uid: `uid of ${name}`, generation: 1, creationTimestamp: '' }
    const counts = { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 - missing }
    const spec = { replicas: 2 }
    if (kind === 'Deployment') return { kind, metadata, spec, status: counts }
    const revision = templates.at(-1)!
    return { kind, metadata, spec, status: { ...counts, currentRevision: revision, updateRevision: revision } }
  }

  get workloads(): Workload[] {
    return [...this.#parts.keys()].map((name) => this.workload(name))
  }

  /** The templates of all parts, unordered, with templates of other owners among them. */
  get templates(): Template[] {
    const known = [...this.#parts].flatMap(([name, { kind, templates }]) =>
      templates.map((template, index) => templateOf(template, `uid of ${name}`, kind, index + 1)),
    )
    return [templateOf('somebody else', 'uid of another', 'Deployment', 99), ...known.toReversed()]
  }

  /** What is called of kubectl. */
  get kubectl(): Kubectl {
    return {
      namespace: 'uptick',
      find: (args: readonly string[]) =>
        Promise.resolve(
          args.includes('configmap')
            ? this.#releases && { data: { releases: this.#releases } }
            : { items: this.workloads.toReversed() },
        ),
      json: () => Promise.resolve({ items: this.templates }),
      run: (args: readonly string[], input = '') => this.#run(args, input),
    } as unknown as Kubectl
  }

  async #run(args: readonly string[], input: string): Promise<string> {
    if (args[0] === 'apply') return this.#apply(input)
    const [, , target = '', revision = ''] = args
    if (this.undoSays !== undefined) throw new KubectlError(this.undoSays)
    const [, name = ''] = target.split('/')
    const number = Number(revision.split('=')[1])
    this.changes.push(`undo ${target} ${number}`)
    const { templates } = this.#part(name)
    templates.push(...templates.splice(number - 1, 1))
    return ''
  }

  #apply(input: string): string {
    if (input.startsWith('{')) {
      this.#releases = (JSON.parse(input) as { data: { releases: string } }).data.releases
      return ''
    }
    this.changes.push(`apply ${input}`)
    const part = this.#parts.get(input)
    if (part === undefined || this.next === '') return `${input} unchanged\n`
    part.templates.push(`${input}-${this.next}`)
    return `${input} configured\n`
  }

  #part(name: string): Part {
    const part = this.#parts.get(name)
    if (part === undefined) throw new Error(`there is no ${name}`)
    return part
  }
}

function templateOf(name: string, owner: string, kind: Part['kind'], number: number): Template {
  const annotations = { 'deployment.kubernetes.io/revision': String(number) }
  const metadata = { name, uid: name, creationTimestamp: '', ownerReferences: [{ uid: owner }] }
  return kind === 'StatefulSet' ? { metadata, revision: number } : { metadata: { ...metadata, annotations } }
}
