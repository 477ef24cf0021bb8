import type { LoadResult } from '../k6/k6-load.ts'
import { shortcomings, type Finding, type ProofRow } from '../prove/rows.ts'
import type { SampleLog } from '../prove/sample-log.ts'
import type { Timeline } from '../prove/timeline.ts'
import { PATIENCE_MS } from '../story/story.ts'
import type { Led } from './leader-log.ts'
import type { PodLanes } from './pod-lanes.ts'
import type { KubernetesScenario } from './scenario.ts'

/** A scenario that was played, and its results. */
export interface Act {
  readonly scenario: KubernetesScenario
  readonly row: ProofRow
  readonly findings: readonly Finding[]
  readonly log: SampleLog
  readonly timeline: Timeline
  readonly lanes: PodLanes
  readonly led: readonly Led[]
  readonly result: LoadResult
  /** Additional measurements. */
  readonly facts: readonly Fact[]
}

export type Fact = readonly [name: string, value: string]

/** The reasons why an act does not pass; empty when it does. */
export function actShortcomings({ scenario, row, result }: Act): string[] {
  if (scenario.mustFail === true) {
    const hasFailed = row.failed + row.gaps > 0
    return hasFailed ? [] : [`${row.scenario}: nothing failed without the drain; the load is too weak to show anything`]
  }
  const broken = row.planned ? result.brokenThresholds.map((text) => `${row.scenario}: ${text}`) : []
  // The hold of a change of leader is only reported here, because nodes and their network are those of the cluster. The
  // bound is the time after which a request is late.
  return [...shortcomings(row, PATIENCE_MS), ...broken]
}
