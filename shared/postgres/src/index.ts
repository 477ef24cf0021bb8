export { freePort } from './free-port.ts'
export { stopLeftover } from './leftover.ts'
export { startPostgres, type PostgresOptions, type PostgresServer } from './server.ts'
