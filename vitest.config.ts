import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      // Pure code: no socket, no disk, no clock. One worker context for all files keeps the start-up cost down.
      {
        test: {
          name: 'unit',
          // A hang must end, a busy machine must not fail: no test asserts an absolute time.
          testTimeout: 60_000,
          include: ['{shared,services}/*/src/**/*.test.ts', 'loadtests/src/**/*.test.ts'],
          exclude: ['shared/tidy/**', '**/*.sim.test.ts'],
        },
      },
      // Real PostgreSQL, real sockets. One server for the run, one database for each file.
      {
        test: {
          name: 'integration',
          include: ['{shared,services}/*/test/**/*.test.ts', 'loadtests/test/**/*.test.ts'],
          globalSetup: ['shared/journal/testing/global-setup.ts'],
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      // Long seeded runs of the production classes against their oracles; prints the seed that failed.
      {
        test: {
          name: 'simulation',
          include: ['{shared,services}/*/src/**/*.sim.test.ts', 'loadtests/src/**/*.sim.test.ts'],
          testTimeout: 300_000,
        },
      },
      // The conventions of this repository, as tests.
      { test: { name: 'tidy', include: ['shared/tidy/src/**/*.test.ts'], testTimeout: 60_000 } },
    ],
  },
})
