/* oxlint-disable typescript/no-non-null-assertion -- the bench has made what it reads. */
/**
 * One line of the report. `ratio` is value ÷ reference for rates. A figure without a reference is a note (`ratio`
 * null).
 */
export interface Row {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** The reference that was measured in the same run. */
  readonly against: string
  /** value / reference; null when there is nothing to divide by. */
  readonly ratio: number | null
  /** Goal of the ratio; null for a note. */
  readonly goal: number | null
  readonly better: 'higher' | 'lower'
}

/** A row from a measured value and its reference; `goal` is a ratio. */
export function against(
  name: string,
  value: number,
  unit: string,
  reference: { readonly name: string; readonly value: number },
  goal: number | null,
  better: Row['better'] = 'higher',
): Row {
  return { name, value, unit, against: reference.name, ratio: value / reference.value, goal, better }
}

/** A figure without a reference: reported, not judged. */
export function note(name: string, value: number, unit: string, better: Row['better'] = 'higher'): Row {
  return { name, value, unit, against: '', ratio: null, goal: null, better }
}

/** Did the row reach its goal? `undefined` for notes. */
export function reached(row: Row): boolean | undefined {
  if (row.goal === null || row.ratio === null) return undefined
  return row.better === 'higher' ? row.ratio >= row.goal : row.ratio <= row.goal
}

/** The median of an odd number of repeats: one slow repeat on a noisy machine must not decide. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1]!
}

const figures = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 })

/** The rows as a text table; column widths follow the content. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => {
    const mark = reached(row)
    return [
      row.name,
      `${figures.format(row.value)} ${row.unit}`,
      row.against,
      row.ratio === null ? '' : `${figures.format(row.ratio)} ×`,
      row.goal === null ? '' : `${row.better === 'higher' ? '≥' : '≤'} ${figures.format(row.goal)}`,
      mark === undefined ? '' : mark ? 'reached' : 'short',
    ]
  })
  const head = ['what', 'measured', 'beside', 'ratio', 'goal', '']
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((line) => line[column]!.length)))
  const line = (columns: readonly string[]) =>
    columns
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd()
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n')
}
