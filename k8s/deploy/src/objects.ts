/** The parts of Kubernetes' objects that are read here. */
export interface Metadata {
  readonly name: string
  readonly uid: string
  readonly generation?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly creationTimestamp: string
  readonly deletionTimestamp?: string
  readonly resourceVersion?: string
}

export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
}

interface ContainerStatus {
  readonly name: string
  readonly restartCount: number
  readonly state: {
    readonly running?: object
    readonly waiting?: { readonly reason?: string; readonly message?: string }
    readonly terminated?: { readonly exitCode: number; readonly reason?: string }
  }
}

export interface Pod {
  readonly metadata: Metadata
  readonly spec: { readonly nodeName?: string; readonly containers: readonly { readonly image: string }[] }
  readonly status: {
    readonly phase: string
    readonly conditions?: readonly Condition[]
    readonly containerStatuses?: readonly ContainerStatus[]
    readonly initContainerStatuses?: readonly ContainerStatus[]
  }
}

export interface Deployment {
  readonly kind: 'Deployment'
  readonly metadata: Metadata
  readonly spec: { readonly replicas: number }
  readonly status: {
    readonly observedGeneration?: number
    readonly replicas?: number
    readonly updatedReplicas?: number
    readonly availableReplicas?: number
    readonly conditions?: readonly Condition[]
  }
}

export interface StatefulSet {
  readonly kind: 'StatefulSet'
  readonly metadata: Metadata
  readonly spec: { readonly replicas: number }
  readonly status: {
    readonly observedGeneration?: number
    readonly replicas?: number
    readonly readyReplicas?: number
    readonly availableReplicas?: number
    readonly updatedReplicas?: number
    readonly currentRevision?: string
    readonly updateRevision?: string
  }
}

export type Workload = Deployment | StatefulSet

export interface List<T> {
  readonly items: readonly T[]
}

/** The part of the exchange that an object belongs to: `engine`, `gateway`, `recorder`, … */
export function componentOf({ metadata }: { readonly metadata: Metadata }): string {
  return metadata.labels?.['app.kubernetes.io/component'] ?? ''
}

/** The template that a pod was made from: equal for all pods of one revision. */
export function revisionOf({ metadata }: Pod): string {
  return metadata.labels?.['controller-revision-hash'] ?? metadata.labels?.['pod-template-hash'] ?? ''
}

export function conditionOf({ status }: Pod, type: string): Condition | undefined {
  return status.conditions?.find((condition) => condition.type === type)
}

export function isReady(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && conditionOf(pod, 'Ready')?.status === 'True'
}

export function restartsOf({ status }: Pod): number {
  return (status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0)
}

/** Reasons to wait from which no pod comes back by itself, or not for long. */
const BROKEN = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'CrashLoopBackOff',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
])

/** Why a pod will not become ready, as far as Kubernetes knows; undefined when it may. */
export function brokenReason({ status }: Pod): string | undefined {
  for (const { state } of status.containerStatuses ?? []) {
    const reason = state.waiting?.reason
    if (reason !== undefined && BROKEN.has(reason)) return reason
  }
  return undefined
}

/** How far the roll of a workload has come. */
export interface Progress {
  readonly wanted: number
  /** Made from the newest template. */
  readonly updated: number
  /** Ready for as long as is asked. */
  readonly available: number
  readonly isComplete: boolean
}

export function progressOf(workload: Workload): Progress {
  const { spec, status, metadata } = workload
  const [wanted, updated] = [spec.replicas, status.updatedReplicas ?? 0]
  const available = status.availableReplicas ?? 0
  const isSeen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  const isOldGone =
    workload.kind === 'Deployment'
      ? (status.replicas ?? 0) === updated
      : workload.status.currentRevision === workload.status.updateRevision
  // A StatefulSet that was never changed does not count any as updated.
  const isUpdated = updated >= wanted || (workload.kind === 'StatefulSet' && isOldGone)
  return { wanted, updated, available, isComplete: isSeen && isUpdated && isOldGone && available >= wanted }
}
