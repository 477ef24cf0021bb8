import type { LoadResult } from '../k6/k6-load.ts'
import { shortcomings, type Finding, type ProofRow } from '../prove/rows.ts'
import type { SampleLog } from '../prove/sample-log.ts'
import type { Timeline } from '../prove/timeline.ts'
import { PATIENCE_MS } from '../story/story.ts'
import type { Led } from './leader-log.ts'
import type { PodLanes } from './pod-lanes.ts'
import type { KubernetesScenario } from './scenario.ts'

/** A scenario that was played, and all that is known of it. */
export interface Act {
  readonly scenario: KubernetesScenario
  readonly row: ProofRow
  readonly findings: readonly Finding[]
  readonly log: SampleLog
  readonly timeline: Timeline
  readonly lanes: PodLanes
  readonly led: readonly Led[]
  readonly result: LoadResult
  /** What was measured besides. */
  readonly facts: readonly Fact[]
}

export type Fact = readonly [name: string, value: string]

/** Why an act does not pass; nothing when it does. */
export function actShortcomings({ scenario, row, result }: Act): string[] {
  if (scenario.mustFail === true) {
    const hasFailed = row.failed + row.gaps > 0
    return hasFailed ? [] : [`${row.scenario}: nothing failed without the drain; the load is too weak to show anything`]
  }
  const broken = row.planned ? result.brokenThresholds.map((text) => `${row.scenario}: ${text}`) : []
  // How long a change of leader holds a request is a figure here: nodes and their network are those of the cluster. The time after which
  // a request is late is the bound.
  return [...shortcomings(row, PATIENCE_MS), ...broken]
}
