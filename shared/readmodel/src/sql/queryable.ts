import type { QueryConfig, QueryResult, QueryResultRow } from 'pg'

/** A pool or a connection, which runs one statement. */
export interface Queryable {
  query<Row extends QueryResultRow>(config: QueryConfig): Promise<QueryResult<Row>>
}
