/**
 * PostgreSQL array literals for `unnest`, one for each column: a whole batch is then one statement, and numbers need no
 * quoting. https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export function numbers<T>(rows: readonly T[], value: (row: T) => number | bigint): string {
  let text = ''
  for (const row of rows) text += text === '' ? value(row) : `,${value(row)}`
  return `{${text}}`
}

export function booleans<T>(rows: readonly T[], value: (row: T) => boolean): string {
  return `{${rows.map((row) => (value(row) ? 't' : 'f')).join(',')}}`
}

export function texts<T>(rows: readonly T[], value: (row: T) => string): string {
  return `{${rows.map((row) => quoted(value(row))).join(',')}}`
}

/** PostgreSQL's text cannot hold U+0000: it becomes the replacement character. */
function quoted(text: string): string {
  return `"${text.replaceAll('\0', '\uFFFD').replaceAll(/["\\]/g, String.raw`\$&`)}"`
}
