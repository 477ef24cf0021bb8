/** What benchmarks use of the recorder without its process. */
export { RowCollector } from './rows.ts'
