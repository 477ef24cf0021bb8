import { Outcome, type SampleLog } from './sample-log.ts'
import type { Timeline } from './timeline.ts'

/** A scenario's bounds, ms. */
export interface Scenario {
  readonly name: string
  /** Nothing may fail, because the change is planned. */
  readonly planned: boolean
  /** Longest time without a success. */
  readonly budgetMs: number
}

/** A violation, and when it happened (ms of `performance.now`). */
export interface Finding {
  readonly kind: 'lost' | 'doubled' | 'contradiction' | 'gap'
  readonly at: number
  readonly text: string
}

/** One line of the proof. Times in ms. */
export interface ProofRow {
  readonly scenario: string
  readonly planned: boolean
  readonly requests: number
  /** Including late and unsent ones. */
  readonly failed: number
  readonly late: number
  readonly lost: number
  readonly doubled: number
  readonly contradictions: number
  readonly gaps: number
  readonly longest_gap_ms: number
  /** Over all answers, from when the request was due. */
  readonly p99_ms: number
  readonly hold_p99_ms: number
  readonly hold_worst_ms: number
  readonly budget_ms: number
}

/** A planned hand-off holds 99 of 100 requests no longer than this; */
export const HOLD_P99_MS_MAX = 100
/** with fewer requests the p99 is just the longest hold, which has its own bound. */
const HOLDS_FOR_P99_MIN = 50
export const HOLD_MS_MAX = 250

export function proofRow(
  scenario: Scenario,
  log: SampleLog,
  timeline: Timeline,
  findings: readonly Finding[],
): ProofRow {
  const { name, planned, budgetMs } = scenario
  const mine = findings.filter(({ at }) => timeline.scenarioAt(at) === name)
  const count = (kind: Finding['kind']): number => mine.filter((finding) => finding.kind === kind).length
  const holds = holdsOf(name, log, timeline)
  return {
    scenario: name,
    planned,
    ...countRequests(name, log, timeline),
    lost: count('lost'),
    doubled: count('doubled'),
    contradictions: count('contradiction'),
    gaps: count('gap'),
    p99_ms: round(quantile(latenciesOf(name, log, timeline), 0.99)),
    longest_gap_ms: round(longestGap(name, log, timeline)),
    hold_p99_ms: round(quantile(holds, 0.99)),
    hold_worst_ms: round(Math.max(0, ...holds)),
    budget_ms: budgetMs,
  }
}

/**
 * The reasons why a row does not pass; empty when it does.
 *
 * @param holdMsMax of a planned change of leader
 */
export function shortcomings(row: ProofRow, holdMsMax = HOLD_MS_MAX): string[] {
  const wrong: string[] = []
  const zero = (name: string, value: number): void => {
    if (value > 0) wrong.push(`${row.scenario}: ${value} ${name}`)
  }
  if (row.requests === 0) wrong.push(`${row.scenario}: nothing was sent`)
  if (row.planned) zero('failed', row.failed)
  zero('lost', row.lost)
  zero('doubled', row.doubled)
  zero('contradictions', row.contradictions)
  zero('gaps', row.gaps)
  if (row.longest_gap_ms > row.budget_ms)
    wrong.push(`${row.scenario}: ${row.longest_gap_ms} ms without a success, ${row.budget_ms} allowed`)
  if (row.planned && row.hold_worst_ms > holdMsMax)
    wrong.push(`${row.scenario}: hold ${row.hold_worst_ms} ms at worst, ${holdMsMax} allowed`)
  return wrong
}

/** Violations of the holds of all planned changes of leader together. */
export function holdShortcomings(holds: readonly number[]): string[] {
  const p99 = round(quantile(holds, 0.99))
  if (holds.length < HOLDS_FOR_P99_MIN || p99 <= HOLD_P99_MS_MAX) return []
  return [`hold ${p99} ms at p99 of ${holds.length} planned changes of leader, ${HOLD_P99_MS_MAX} allowed`]
}

/** Findings outside the times of all rows. */
export function strayFindings(
  rows: readonly ProofRow[],
  findings: readonly Finding[],
  timeline: Timeline,
): readonly Finding[] {
  const names = new Set(rows.map(({ scenario }) => scenario))
  return findings.filter(({ at }) => !names.has(timeline.scenarioAt(at)))
}

/** For each change of leader the longest latency of a request that was in flight then. */
export function holdsOf(scenario: string, log: SampleLog, timeline: Timeline): number[] {
  return timeline.changes
    .filter((change) => change.scenario === scenario)
    .map(({ from, to }) => {
      let longest = 0
      for (let index = 0; index < log.length; index++)
        if (log.due(index) <= to && log.end(index) >= from) longest = Math.max(longest, log.latency(index))
      return longest
    })
}

/** Smallest value that `part` of the values do not exceed; 0 without values. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? 0
}

function countRequests(
  scenario: string,
  log: SampleLog,
  timeline: Timeline,
): { requests: number; failed: number; late: number } {
  let [requests, failed, late] = [0, 0, 0]
  for (let index = 0; index < log.length; index++) {
    if (timeline.scenarioAt(log.due(index)) !== scenario) continue
    const outcome = log.outcome(index)
    requests++
    if (outcome !== Outcome.OK) failed++
    if (outcome === Outcome.LATE || outcome === Outcome.UNSENT) late++
  }
  return { requests, failed, late }
}

function latenciesOf(scenario: string, log: SampleLog, timeline: Timeline): number[] {
  const found: number[] = []
  for (let index = 0; index < log.length; index++)
    if (log.answered(index) && timeline.scenarioAt(log.due(index)) === scenario) found.push(log.latency(index))
  return found
}

/**
 * Longest time without an answer within one stretch of the scenario: between two answers, or from the last one on while
 * a client sends requests.
 */
function longestGap(scenario: string, log: SampleLog, timeline: Timeline): number {
  const ends: number[] = []
  let askedUntil = 0
  for (let index = 0; index < log.length; index++) {
    askedUntil = Math.max(askedUntil, log.end(index))
    if (log.answered(index)) ends.push(log.end(index))
  }
  ends.sort((a, b) => a - b)
  let longest = 0
  for (const { scenario: name, from, to } of timeline.stretches) {
    if (name !== scenario) continue
    let before = from
    for (const end of ends) {
      if (end < from) continue
      longest = Math.max(longest, Math.min(end, to) - before)
      if (end > to) break
      before = end
    }
    longest = Math.max(longest, Math.min(askedUntil, to) - before)
  }
  return longest
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
