import type { Condition } from './objects.ts'

export interface Job {
  readonly status: { readonly conditions?: readonly Condition[] }
}

/** The condition, if it is met. */
export function conditionOfJob({ status }: Job, type: 'Complete' | 'Failed'): Condition | undefined {
  return status.conditions?.find((condition) => condition.type === type && condition.status === 'True')
}
