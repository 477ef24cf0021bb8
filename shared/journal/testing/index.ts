export { createDatabase, type TestDatabase } from './database.ts'
export { FaultyProxy } from './faulty-proxy.ts'
