import { messageOf } from '@uptick/commandline'
import type { Prometheus } from '@uptick/monitoring'
import { BOARDS } from './boards/index.ts'
import type { BoardSpec } from './grafana/spec.ts'
import { annotationQueries, queriesOf, variableQueries } from './queries.ts'

/** A query that gave nothing, or that Prometheus refused. */
export interface Finding {
  readonly board: string
  readonly panel: string
  readonly expr: string
  readonly reason: string
}

/** Where an exchange runs on one machine, series have no namespace. */
const MAY_BE_EMPTY = ['namespace']

/**
 * Run every query of every dashboard against a Prometheus that watches an exchange under load.
 *
 * @returns those of panels and variables that give no series, and those of annotations that are refused
 */
export async function checkBoards(
  prometheus: Prometheus,
  boards: Readonly<Record<string, BoardSpec>> = BOARDS,
): Promise<{ queries: number; findings: readonly Finding[] }> {
  const findings: Finding[] = []
  let queries = 0
  const run = async (where: Omit<Finding, 'reason'>, ask: () => Promise<readonly unknown[]>, mayBeEmpty = false) => {
    queries++
    const reason = await ask().then(
      (series) => (series.length > 0 || mayBeEmpty ? undefined : 'no series'),
      (error: unknown) => messageOf(error),
    )
    if (reason !== undefined) findings.push({ ...where, reason })
  }
  for (const board of Object.values(boards)) {
    for (const query of queriesOf(board)) await run(query, () => prometheus.query(query.expr))
    for (const { label, match } of variableQueries(board)) {
      const where = { board: board.title, panel: `variable ${label}`, expr: match }
      await run(where, () => prometheus.labelValues(label, match), MAY_BE_EMPTY.includes(label))
    }
  }
  for (const query of annotationQueries()) await run(query, () => prometheus.query(query.expr), true)
  return { queries, findings }
}
