export { freePort } from './free-port.ts'
export { alive, commandLine, stopLeftover } from './leftover.ts'
export { startPostgres, type PostgresOptions, type PostgresServer } from './server.ts'
