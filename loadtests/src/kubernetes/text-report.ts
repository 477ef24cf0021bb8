import { columns } from '../prove/text-report.ts'
import type { Act } from './act.ts'

const SHOWN_MAX = 20

/** The acts for a terminal. @param wrong the failures, one sentence each */
export function textReport(acts: readonly Act[], wrong: readonly string[]): string {
  const cells = [columns.map(([title]) => title), ...acts.map(({ row }) => columns.map(([, read]) => read(row)))]
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  const lines = cells.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  )
  const list = (title: string, items: readonly string[]): string[] =>
    items.length === 0 ? [] : ['', `${title}:`, ...items.slice(0, SHOWN_MAX).map((item) => `  ${item}`)]
  const findings = acts.flatMap(({ row, findings: found }) =>
    found.map(({ kind, text }) => `${row.scenario}: ${kind}: ${text}`),
  )
  const errors = acts.flatMap(({ row, result }) => result.story.errors.map((text) => `${row.scenario}: ${text}`))
  return [
    ...lines,
    ...list('Findings', findings),
    ...list('Error answers, none, or late', errors),
    ...list('Not reached', wrong),
    '',
    wrong.length === 0 ? 'Proved.' : 'Not proved.',
    '',
  ].join('\n')
}
