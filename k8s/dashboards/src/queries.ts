import { ANNOTATIONS, VARIABLES } from './grafana/board.ts'
import type { BoardSpec, PanelSpec } from './grafana/spec.ts'

/** A query as Prometheus takes it, and where it comes from. */
export interface Filled {
  readonly board: string
  readonly panel: string
  readonly expr: string
}

/** What Grafana fills in. Every variable is `All`. */
const FILLED: Readonly<Record<string, string>> = {
  __rate_interval: '1m',
  __interval: '15s',
  __range: '15m',
  namespace: '.*',
  shard: '.*',
  service: '.*',
  instance: '.*',
}

/** @throws Error for a variable that no dashboard has */
export function fill(expr: string): string {
  return expr.replaceAll(/\$(\w+)/g, (_, name: string) => {
    const value = FILLED[name]
    if (value === undefined) throw new Error(`${expr}: $${name} is no variable`)
    return value
  })
}

export function panelsOf({ rows }: BoardSpec): readonly PanelSpec[] {
  return rows.flatMap(({ panels }) => panels)
}

/** Every query of the panels of a dashboard. */
export function queriesOf(board: BoardSpec): readonly Filled[] {
  return panelsOf(board).flatMap(({ title, queries }) =>
    queries.map(({ expr }) => ({ board: board.title, panel: title, expr: fill(expr) })),
  )
}

/** Those of the annotations: they give something only where something changed. */
export function annotationQueries(): readonly Filled[] {
  return ANNOTATIONS.map(({ name, expr }) => ({ board: 'annotations', panel: name, expr: fill(expr) }))
}

/** Those of the variables of a dashboard: a label, and the series that have it. */
export function variableQueries({ service = '', variables }: BoardSpec): readonly { label: string; match: string }[] {
  return variables.map((name) => {
    const [, match = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(VARIABLES[name].query) ?? []
    return { label, match: fill(match.replace('SERVICE', service)) }
  })
}
