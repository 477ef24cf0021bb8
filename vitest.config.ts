import { spawnSync } from 'node:child_process'
import { defineConfig } from 'vitest/config'

const manifests = {
  test: { name: 'manifests', include: ['k8s/test/rendered/**/*.test.ts'], testTimeout: 60_000 },
}

/** A laptop may be without kubectl; a gate without it fails. */
function renders(): boolean {
  if (process.env['CI'] === 'true') return true
  if (spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0) return true
  process.stderr.write('kubectl is missing: the tests of the manifests (k8s/test/rendered) are left out\n')
  return false
}

export default defineConfig({
  test: {
    projects: [
      // Pure code: no socket, no disk, no clock. One worker context for all files keeps the startup cost down.
      {
        test: {
          name: 'unit',
          // A hang must end, a busy machine must not fail: no test asserts an absolute time.
          testTimeout: 60_000,
          include: [
            '{shared,services}/*/src/**/*.test.ts',
            'loadtests/src/**/*.test.ts',
            'k8s/{image,monitoring,deploy/src}/**/*.test.ts',
          ],
          exclude: ['shared/tidy/**', '**/*.sim.test.ts'],
        },
      },
      // Real PostgreSQL, real sockets. One server for the run, one database for each file.
      {
        test: {
          name: 'integration',
          include: ['{shared,services}/*/test/**/*.test.ts', 'loadtests/test/**/*.test.ts'],
          exclude: ['loadtests/test/monitoring/**'],
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
      // What `kubectl apply -k` would send, where there is a kubectl to ask.
      ...(renders() ? [manifests] : []),
      // Alert rules and dashboards, by the programs that run them.
      {
        test: {
          name: 'monitoring',
          include: ['k8s/test/monitoring/**/*.test.ts', 'loadtests/test/monitoring/**/*.test.ts'],
          testTimeout: 180_000,
        },
      },
      // The conventions of this repository, as tests, and whether generated files are in step with the code.
      {
        test: {
          name: 'tidy',
          include: ['shared/tidy/src/**/*.test.ts', 'k8s/dashboards/src/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
    ],
  },
})
