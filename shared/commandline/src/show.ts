import { printable } from './printable.ts'

/** An answer as text for a person: lists as tables, objects as names and values. */
export function show(answer: unknown): string {
  if (Array.isArray(answer)) return table(answer)
  if (typeof answer === 'object' && answer !== null) return fields(answer)
  return `${text(answer)}\n`
}

function fields(answer: object): string {
  const plain = Object.entries(answer).filter(([, value]) => !isRows(value))
  const width = Math.max(0, ...plain.map(([name]) => name.length))
  const lines = plain.map(([name, value]) => `${name.padEnd(width)}  ${text(value)}`.trimEnd())
  const tables = Object.entries(answer).flatMap(([name, value]) =>
    isRows(value) ? ['', name, table(value).trimEnd()] : [],
  )
  return `${[...lines, ...tables].join('\n')}\n`
}

function table(rows: readonly unknown[]): string {
  if (rows.length === 0) return 'none\n'
  if (!isRows(rows)) return `${rows.map((row) => text(row)).join('\n')}\n`
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const cells = [
    names,
    ...rows.map((row) => names.map((name) => text(Object.entries(row).find(([key]) => key === name)?.[1]))),
  ]
  const numeric = names.map((_, column) => cells.slice(1).every((row) => /^-?[\d.]*$/.test(row[column] ?? '')))
  const widths = names.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return `${cells.map((row) => line(row)).join('\n')}\n`
}

function isRows(value: unknown): value is readonly object[] {
  return Array.isArray(value) && value.length > 0 && value.every((row) => typeof row === 'object' && row !== null)
}

function text(value: unknown): string {
  if (value === undefined || value === null) return ''
  return printable(typeof value === 'string' ? value : JSON.stringify(value))
}
