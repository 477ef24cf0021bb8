import { JournalError } from '../errors.ts'

/** The row of a statement that always returns one. @throws JournalError when it returned none */
export function oneRow<Row>({ rows: [row] }: { readonly rows: readonly Row[] }): Row {
  if (row === undefined) throw new JournalError('PostgreSQL answered with no row where there is always one')
  return row
}
