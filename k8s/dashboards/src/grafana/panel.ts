import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import {
  DashboardLinkBuilder,
  FieldColorBuilder,
  FieldColorModeId,
  type GridPos,
  MappingType,
  type Panel,
  type ThresholdsConfig,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as StatesBuilder } from '@grafana/grafana-foundation-sdk/statetimeline'
import { PanelBuilder as LinesBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import { GOOD } from './palette.ts'
import type { LinesSpec, PanelSpec, Query, StatesSpec, StatSpec, Step } from './spec.ts'

/** The Prometheus that the user chose. */
export const PROMETHEUS = { type: 'prometheus', uid: '${datasource}' }

/** Explore with the trace of a point, in the Jaeger that the user chose. */
const TRACE_URL =
  '/explore?schemaVersion=1&panes=' +
  '%7B%22trace%22:%7B%22datasource%22:%22${traces}%22,%22queries%22:%5B%7B%22refId%22:%22A%22,' +
  '%22query%22:%22${__data.fields.trace_id}%22%7D%5D%7D%7D'

/** The panel of Grafana that a description stands for, at its place. */
export function panelOf(spec: PanelSpec, id: number, place: GridPos): Builder<Panel> {
  switch (spec.kind) {
    case 'lines':
      return lines(spec).id(id).gridPos(place)
    case 'stat':
      return stat(spec).id(id).gridPos(place)
    case 'states':
      return states(spec).id(id).gridPos(place)
  }
}

function lines(spec: LinesSpec): LinesBuilder {
  const panel = new LinesBuilder()
    .title(spec.title)
    .description(spec.description)
    .datasource(PROMETHEUS)
    .targets(spec.queries.map(target))
    .unit(spec.unit)
    .lineWidth(2)
    .fillOpacity(spec.isStacked === true ? 30 : 0)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['lastNotNull']),
    )
    .tooltip({ build: () => ({ mode: TooltipDisplayMode.Multi, sort: SortOrder.Descending }) })
    .min(spec.min ?? 0)
  if (spec.max !== undefined) panel.max(spec.max)
  if (spec.decimals !== undefined) panel.decimals(spec.decimals)
  if (spec.isStacked === true) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
  if (spec.steps !== undefined) {
    panel.thresholds(thresholds(spec.steps))
    panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
  }
  for (const [index, { colour }] of spec.queries.entries()) {
    if (colour === undefined) continue
    panel.overrideByQuery(refId(index), [{ id: 'color', value: { mode: 'fixed', fixedColor: colour } }])
  }
  if (spec.queries.some(({ hasExemplars }) => hasExemplars === true))
    panel.dataLinks([new DashboardLinkBuilder('Trace of this request').url(TRACE_URL).targetBlank(true)])
  return panel
}

function stat(spec: StatSpec): StatBuilder {
  const panel = new StatBuilder()
    .title(spec.title)
    .description(spec.description)
    .datasource(PROMETHEUS)
    .targets(spec.queries.map(target))
    .unit(spec.unit)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .graphMode(BigValueGraphMode.Area)
    .colorMode(BigValueColorMode.Value)
    .thresholds(thresholds(spec.steps ?? [{ value: undefined, colour: GOOD }]))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
  if (spec.min !== undefined) panel.min(spec.min)
  if (spec.max !== undefined) panel.max(spec.max)
  if (spec.decimals !== undefined) panel.decimals(spec.decimals)
  return panel
}

function states(spec: StatesSpec): StatesBuilder {
  const options = spec.words.map(({ value, word, colour }, index) => [
    String(value),
    { text: word, color: colour, index },
  ])
  return new StatesBuilder()
    .title(spec.title)
    .description(spec.description)
    .datasource(PROMETHEUS)
    .targets(spec.queries.map(target))
    .unit(spec.unit)
    .mappings([{ type: MappingType.ValueToText, options: Object.fromEntries(options) }])
    .legend(new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom))
    .showValue(VisibilityMode.Auto)
    .mergeValues(true)
    .rowHeight(0.8)
    .fillOpacity(70)
    .lineWidth(0)
}

function target({ expr, legend, hasExemplars }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId(refId(index))
    .datasource(PROMETHEUS)
    .expr(expr)
    .legendFormat(legend)
    .exemplar(hasExemplars === true)
    .range()
}

function thresholds(steps: readonly Step[]): Builder<ThresholdsConfig> {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(steps.map(({ value, colour }) => ({ value: value ?? null, color: colour })))
}

function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index)
}
