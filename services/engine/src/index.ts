/** What benchmarks and checks use of the engine without its process. */
export { ClosedOrders } from './closed-orders.ts'
export { RETAINED_MICROSECONDS } from './limits.ts'
export { answerQuery } from './queries.ts'
export { recover } from './recovery.ts'
