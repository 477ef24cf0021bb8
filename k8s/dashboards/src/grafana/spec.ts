import type { Colour } from './palette.ts'

/** A query of a panel, with the name of its series. */
export interface Query {
  readonly expr: string
  /** Grafana fills in labels: `{{instance}}`. */
  readonly legend: string
  /** For series that mean something by themselves; without one Grafana chooses. */
  readonly colour?: Colour
  /** Points of single requests, with their traces: for quantiles of histograms with exemplars. */
  readonly hasExemplars?: boolean
}

/** From `value` on, in the panel's unit, the colour holds. The first has none and is what holds below. */
export interface Step {
  readonly value: number | undefined
  readonly colour: Colour
}

interface PanelBase {
  readonly title: string
  /** What is measured, and what to make of it. */
  readonly description: string
  /** Grafana's id of the unit. */
  readonly unit: string
  readonly queries: readonly Query[]
  readonly steps?: readonly Step[]
  readonly decimals?: number
  readonly min?: number
  readonly max?: number
}

/** Numbers over time. */
export interface LinesSpec extends PanelBase {
  readonly kind: 'lines'
  readonly isStacked?: boolean
}

/** The number of now, with its course behind it. */
export interface StatSpec extends PanelBase {
  readonly kind: 'stat'
}

/** What was in which state, and when: one row for each series. */
export interface StatesSpec extends PanelBase {
  readonly kind: 'states'
  /** Word and colour of each value. */
  readonly words: readonly { readonly value: number; readonly word: string; readonly colour: Colour }[]
}

export type PanelSpec = LinesSpec | StatSpec | StatesSpec

/** Panels beside each other, all of one height. */
export interface RowSpec {
  readonly title: string
  readonly panels: readonly PanelSpec[]
}

/** What a user can choose on top of a dashboard. */
export type VariableName = 'namespace' | 'shard' | 'service' | 'instance'

export interface BoardSpec {
  /** Stable: links and bookmarks contain it. */
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly variables: readonly VariableName[]
  /** Whose instances the variable `instance` lists. */
  readonly service?: string
  readonly rows: readonly RowSpec[]
}
