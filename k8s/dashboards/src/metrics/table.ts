import { allDeclared, PROCESS_LABELS, type Declared } from './declared.ts'
import { LABELS, unitOf } from './conventions.ts'

/** The document that this writes. */
export const TABLE = 'docs/metrics.md'

const INTRODUCTION = `# Metrics

<!-- Written by \`npm run metrics\`. -->

Every process serves its metrics on its ops port: \`GET /metrics\`, or those named, \`GET /metrics?name[]=lifecycle_state\`.
They are in base units, counters end in \`_total\`, and what only grows is a counter. Every series has the labels
${PROCESS_LABELS.map((label) => `\`${label}\``).join(' and ')}. A gateway has the metrics of Redis, of balancers, of TLS and of
Unleash only when its settings use them. What prom-client measures of Node.js comes on top: \`process_*\` and
\`nodejs_*\`.

The metrics that tools read (\`engine_role\`, \`gateway_requests_total\` and others) are never renamed, because a roll and a
rollback ask processes of two releases.
`

/** The whole of docs/metrics.md. */
export function metricsDocument(): string {
  const all = [...allDeclared().values()]
  const ofService = (service: string): string =>
    tableOf(all.filter(({ services }) => services.length === 1 && services[0] === service).map(({ metric }) => metric))
  const shared = all.filter(({ services }) => services.length > 1).map(({ metric }) => metric)
  return [
    INTRODUCTION,
    `## Gateway\n\n${ofService('gateway')}`,
    `## Engine\n\n${ofService('engine')}`,
    `## Recorder\n\n${ofService('recorder')}`,
    `## Every process\n\n${tableOf(shared)}`,
    `## Labels\n\n${labelTable()}`,
  ].join('\n')
}

function tableOf(metrics: readonly Declared[]): string {
  const rows = metrics
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((metric) => {
      const labels = metric.labels.map((label) => `\`${label}\``).join(', ')
      return [`\`${metric.name}\``, metric.type, labels, unitOf(metric) ?? '', metric.help.replaceAll('|', '\\|')]
    })
  return markdownTable(['name', 'type', 'labels', 'unit', 'meaning'], rows)
}

function labelTable(): string {
  const rows = Object.entries(LABELS).map(([label, { meaning, valuesMax }]) => [
    `\`${label}\``,
    meaning,
    `${valuesMax}`,
  ])
  return markdownTable(['label', 'values', 'at most'], rows)
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('')
}
