import { defineConfig } from 'vitest/config'

/** Tests of a running exchange on the cluster of the current kubeconfig: `npm run test:kubernetes`. */
export default defineConfig({
  cacheDir: '../node_modules/.vite',
  test: {
    root: import.meta.dirname,
    include: ['test/cluster/**/*.test.ts'],
    globalSetup: 'test/needs-cluster.ts',
    // They share one exchange.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
})
