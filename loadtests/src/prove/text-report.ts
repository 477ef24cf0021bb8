import type { Proof } from './proof.ts'
import type { ProofRow } from './rows.ts'
import { failuresOf } from './verdict.ts'

const SHOWN_MAX = 20

export const columns: readonly [title: string, read: (row: ProofRow) => string][] = [
  ['scenario', (row) => row.scenario],
  ['planned', (row) => (row.planned ? 'yes' : 'no')],
  ['requests', (row) => String(row.requests)],
  ['failed', (row) => String(row.failed)],
  ['late', (row) => String(row.late)],
  ['lost', (row) => String(row.lost)],
  ['doubled', (row) => String(row.doubled)],
  ['contradictions', (row) => String(row.contradictions)],
  ['gaps', (row) => String(row.gaps)],
  ['p99', (row) => `${row.p99_ms} ms`],
  ['longest gap', (row) => `${row.longest_gap_ms} ms`],
  ['hold p99', (row) => (row.hold_worst_ms === 0 ? '' : `${row.hold_p99_ms} ms`)],
  ['hold worst', (row) => (row.hold_worst_ms === 0 ? '' : `${row.hold_worst_ms} ms`)],
  ['budget', (row) => `${row.budget_ms} ms`],
]

/** The proof for a terminal. */
export function textReport(proof: Proof): string {
  const { rows, findings, errors, facts } = proof
  const cells = [columns.map(([title]) => title), ...rows.map((row) => columns.map(([, read]) => read(row)))]
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  const lines = cells.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  )
  const wrong = failuresOf(proof)
  const list = (title: string, items: readonly string[]): string[] =>
    items.length === 0 ? [] : ['', `${title}:`, ...items.slice(0, SHOWN_MAX).map((item) => `  ${item}`)]
  return [
    ...lines,
    '',
    ...facts.map(([name, value]) => `${name}: ${value}`),
    ...list(
      'Findings',
      findings.map(({ kind, text }) => `${kind}: ${text}`),
    ),
    ...list('Error answers', errors),
    ...list('Not reached', wrong),
    '',
    wrong.length === 0 ? 'Proved.' : 'Not proved.',
    '',
  ].join('\n')
}
