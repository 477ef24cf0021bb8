export { createDatabase, type TestDatabase } from './database.ts'
export { FaultyProxy } from './faulty-proxy.ts'
export { makeSmallPartitions } from './small-partitions.ts'
