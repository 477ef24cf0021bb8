export { listing, noFilters } from './listing.ts'
/** Layout of an EXECUTION, for tests that write one by hand. What reads it asks the reader: a fill has two layouts. */
export { EXECUTION_WORDS, ExecutionAt, MAKER_FLAG } from '../src/output.ts'
export { FIXED_IMAGE_WORDS, STATUS_SHIFT } from '../src/order-image.ts'
export { comparable, difference } from './compare.ts'
export { NaiveExchange } from './naive-exchange.ts'
export { copyCommand } from './stream.ts'
/** The random command flow of a seed, for tests of what follows the outcomes. */
export { record } from './recording.ts'
export type { Timed } from './stream.ts'
