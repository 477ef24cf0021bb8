/**
 * Loads the modules that the sections measure, and ends: their code is compiled then, and stays in Node's compile
 * cache.
 */
await Promise.all([
  import('./uptick-book.ts'),
  import('./feeder.ts'),
  import('./cold-start.ts'),
  import('./contender.ts'),
])
await Promise.all([
  import('./order-flow.ts'),
  import('./scratch-journal.ts'),
  import('./row.ts'),
  import('./section.ts'),
])
