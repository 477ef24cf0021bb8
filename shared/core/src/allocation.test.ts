import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { fileURLToPath } from 'node:url'

/** Five boxed doubles (16 bytes each) per command where a call is not inlined; the time stamp is one. No objects. */
const BYTES_PER_COMMAND_MAX = 80

interface Measured {
  readonly bytesPerCommand: number
  readonly trades: number
}

/** Measure in a process of its own: the test runner allocates all the time. */
function measure(...flags: string[]): Measured {
  const program = fileURLToPath(new URL('../testing/allocation-probe.ts', import.meta.url))
  const args = [
    '--expose-gc',
    '--no-warnings',
    '--max-semi-space-size=64',
    '--min-semi-space-size=64',
    program,
    ...flags,
  ]
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as Measured
}

test('place, match and cancel leave no garbage in the steady state', { timeout: 60_000 }, () => {
  const { bytesPerCommand, trades } = measure()
  expect(trades).toBeGreaterThan(50_000)
  expect(bytesPerCommand).toBeLessThan(BYTES_PER_COMMAND_MAX)
})

test('the measurement sees a small object for each command', { timeout: 60_000 }, () => {
  expect(measure('--plant').bytesPerCommand).toBeGreaterThan(BYTES_PER_COMMAND_MAX)
})
