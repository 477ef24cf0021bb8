import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { PALETTE } from './palette.ts'
import { panelOf, PROMETHEUS } from './panel.ts'
import type { BoardSpec, PanelSpec, VariableName } from './spec.ts'

const TAG = 'uptick'
/** Grafana's grid. */
const COLUMNS = 24
const HEIGHTS: Readonly<Record<PanelSpec['kind'], number>> = { stat: 4, lines: 8, states: 9 }

/** Where the values of a variable come from, and what it is called. A later one depends on those before it. */
export const VARIABLES: Readonly<Record<VariableName, { readonly label: string; readonly query: string }>> = {
  namespace: { label: 'Namespace', query: 'label_values(uptick_build_info, namespace)' },
  shard: { label: 'Shard', query: 'label_values(uptick_build_info{namespace=~"$namespace"}, shard)' },
  service: {
    label: 'Service',
    query: 'label_values(uptick_build_info{namespace=~"$namespace", shard=~"$shard"}, service)',
  },
  instance: {
    label: 'Instance',
    query: 'label_values(uptick_build_info{namespace=~"$namespace", shard=~"$shard", service="SERVICE"}, instance)',
  },
}

/** What marks points in time on every dashboard. */
export const ANNOTATIONS = [
  {
    name: 'Change of leader',
    colour: PALETTE.purple,
    text: 'shard {{shard}}',
    expr:
      'max by (namespace, shard) (gateway_link_epoch{namespace=~"$namespace", shard=~"$shard"}) ' +
      '> max by (namespace, shard) (gateway_link_epoch{namespace=~"$namespace", shard=~"$shard"} offset 15s)',
  },
  {
    name: 'Release',
    colour: PALETTE.green,
    text: '{{service}} {{release}}',
    expr:
      'group by (namespace, service, release) (uptick_build_info{namespace=~"$namespace", shard=~"$shard"}) unless ' +
      'group by (namespace, service, release) (uptick_build_info{namespace=~"$namespace", shard=~"$shard"} offset 15s)',
  },
] as const

/** The dashboard that a description stands for, as Grafana takes it. */
export function boardOf(spec: BoardSpec): Dashboard {
  const board = new DashboardBuilder(spec.title)
    .uid(spec.uid)
    .description(spec.description)
    .tags([TAG])
    .timezone('browser')
    .time({ from: 'now-1h', to: 'now' })
    .refresh('10s')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .link(
      new DashboardLinkBuilder('Uptick')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    )
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
  if (hasTraces(spec)) board.withVariable(new DatasourceVariableBuilder('traces').label('Traces').type('jaeger'))
  for (const name of spec.variables) board.withVariable(variable(name, spec))
  for (const { name, colour, expr, text } of ANNOTATIONS)
    board.annotation(
      new AnnotationQueryBuilder()
        .name(name)
        .datasource(PROMETHEUS)
        .enable(true)
        .iconColor(colour)
        .expr(expr)
        .step('15s')
        .titleFormat(name)
        .textFormat(text),
    )
  place(board, spec)
  return board.build()
}

function hasTraces({ rows }: BoardSpec): boolean {
  return rows.some(({ panels }) => panels.some(({ queries }) => queries.some(({ hasExemplars }) => hasExemplars)))
}

function variable(name: VariableName, { service = '' }: BoardSpec): QueryVariableBuilder {
  const { label, query } = VARIABLES[name]
  return (
    new QueryVariableBuilder(name)
      .label(label)
      .datasource(PROMETHEUS)
      .query({ query: query.replace('SERVICE', service), refId: name })
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .multi(true)
      .includeAll(true)
      // Where there is only one, Prometheus may have no such label.
      .allValue('.*')
      .current({ text: 'All', value: '$__all', selected: true })
  )
}

/** Rows below each other; panels of a row share its width evenly. */
function place(board: DashboardBuilder, { rows }: BoardSpec): void {
  let [id, y] = [1, 0]
  for (const { title, panels } of rows) {
    board.withRow(new RowBuilder(title).id(id++).gridPos({ x: 0, y, w: COLUMNS, h: 1 }))
    y += 1
    const w = Math.floor(COLUMNS / panels.length)
    const h = Math.max(...panels.map(({ kind }) => HEIGHTS[kind]))
    for (const [index, panel] of panels.entries()) board.withPanel(panelOf(panel, id++, { x: index * w, y, w, h }))
    y += h
  }
}
