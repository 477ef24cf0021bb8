import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

export const overlays = ['local', 'staging', 'production'] as const
export type Overlay = (typeof overlays)[number]

/** Labels, annotations, settings: text by name. */
export type Texts = Readonly<Record<string, string>>

export interface Container {
  readonly name: string
  readonly image: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly env?: readonly { readonly name: string; readonly value?: string }[]
  readonly envFrom?: readonly {
    readonly configMapRef?: { readonly name: string }
    readonly secretRef?: { readonly name: string; readonly optional?: boolean }
  }[]
  readonly startupProbe?: Probe
  readonly readinessProbe?: Probe
  readonly livenessProbe?: Probe
  readonly resources: { readonly requests: Texts; readonly limits: Texts }
  readonly securityContext: {
    readonly allowPrivilegeEscalation?: boolean
    readonly readOnlyRootFilesystem?: boolean
    readonly privileged?: boolean
    readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] }
  }
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[]
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string }
  readonly periodSeconds?: number
  readonly failureThreshold?: number
}

interface NodeTerm {
  readonly matchExpressions: readonly { readonly key: string; readonly values: readonly string[] }[]
}

export interface PodSpec {
  readonly containers: readonly Container[]
  readonly serviceAccountName?: string
  readonly automountServiceAccountToken?: boolean
  readonly terminationGracePeriodSeconds?: number
  readonly priorityClassName?: string
  readonly readinessGates?: readonly { readonly conditionType: string }[]
  readonly securityContext: {
    readonly runAsNonRoot?: boolean
    readonly runAsUser?: number
    readonly seccompProfile?: { readonly type: string }
  }
  readonly tolerations?: readonly { readonly key: string; readonly value: string; readonly effect: string }[]
  readonly affinity?: {
    readonly nodeAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: { readonly nodeSelectorTerms: readonly NodeTerm[] }
      readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly { readonly preference: NodeTerm }[] | null
    }
    readonly podAntiAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly {
        readonly topologyKey: string
        readonly labelSelector: { readonly matchLabels: Texts }
      }[]
    }
  }
  readonly topologySpreadConstraints?: readonly {
    readonly topologyKey: string
    readonly maxSkew: number
    readonly whenUnsatisfiable: string
    readonly matchLabelKeys?: readonly string[]
    readonly nodeTaintsPolicy?: string
  }[]
  readonly volumes?: readonly Readonly<Record<string, unknown>>[]
  readonly hostNetwork?: boolean
}

/** Any object; the fields that its kind does not have are absent. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Texts
    readonly annotations?: Texts
  }
  readonly data?: Texts
  readonly spec?: {
    readonly replicas?: number
    readonly minReadySeconds?: number
    readonly podManagementPolicy?: string
    readonly selector?: { readonly matchLabels?: Texts } & Texts
    readonly strategy?: { readonly rollingUpdate?: { readonly maxUnavailable: number; readonly maxSurge: number } }
    readonly template?: { readonly metadata: { readonly labels: Texts }; readonly spec: PodSpec }
    readonly maxUnavailable?: number
    readonly unhealthyPodEvictionPolicy?: string
    readonly publishNotReadyAddresses?: boolean
    readonly clusterIP?: string
    readonly type?: string
    readonly externalTrafficPolicy?: string
    readonly minReplicas?: number
    readonly maxReplicas?: number
    readonly behavior?: Readonly<Record<'scaleUp' | 'scaleDown', { readonly stabilizationWindowSeconds: number }>>
    readonly podSelector?: { readonly matchLabels?: Texts }
    readonly policyTypes?: readonly string[]
    readonly ports?: readonly Readonly<Record<string, unknown>>[]
  }
}

/** An object with pods. */
export interface Workload extends Manifest {
  readonly spec: NonNullable<Manifest['spec']> & {
    readonly template: { readonly metadata: { readonly labels: Texts }; readonly spec: PodSpec }
  }
}

export const folder = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** What `kubectl apply -k` would send. */
export function render(path: string): Manifest[] {
  const text = execFileSync('kubectl', ['kustomize', path], { encoding: 'utf8', maxBuffer: 16 << 20 })
  return parseAllDocuments(text).map((document): Manifest => document.toJS())
}

export const renderOverlay = (overlay: Overlay): Manifest[] => render(folder(`overlays/${overlay}`))

export function isWorkload(manifest: Manifest): manifest is Workload {
  return manifest.spec?.template !== undefined
}

/** @throws Error when there is none, or more than one */
export function find(manifests: readonly Manifest[], kind: string, name: string | RegExp): Manifest {
  const found = manifests.filter(
    (manifest) =>
      manifest.kind === kind &&
      (typeof name === 'string' ? manifest.metadata.name === name : name.test(manifest.metadata.name)),
  )
  if (found.length !== 1) throw new Error(`${found.length} of ${kind} ${String(name)}`)
  return found[0]!
}

export function workload(manifests: readonly Manifest[], kind: string, name: string): Workload {
  const found = find(manifests, kind, name)
  if (!isWorkload(found)) throw new Error(`${kind} ${name} has no pods`)
  return found
}

/** The environment that a container of the workload gets, settings and all; secrets stay out. */
export function environmentOf(manifests: readonly Manifest[], { spec }: Workload): Record<string, string> {
  const [container] = spec.template.spec.containers
  const settings = (container!.envFrom ?? []).flatMap(({ configMapRef }) =>
    configMapRef === undefined ? [] : [find(manifests, 'ConfigMap', configMapRef.name).data ?? {}],
  )
  const own = (container!.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [{ [name]: value }]))
  return Object.assign({}, ...settings, ...own)
}
