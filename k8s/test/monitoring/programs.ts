import { spawnSync } from 'node:child_process'
import { test } from 'vitest'

/** A laptop may be without the programs of Prometheus; a gate without them fails. */
export function testWith(program: 'promtool' | 'amtool'): typeof test | typeof test.skip {
  const isThere = spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0
  if (isThere || process.env['CI'] === 'true') return test
  process.stderr.write(`${program} is missing: tests of alerts that need it are left out\n`)
  return test.skip
}

/** Run a program: whether it was content, and what it said. */
export function run(program: string, args: readonly string[]): { readonly code: number | null; readonly said: string } {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' })
  return { code: status, said: error?.message ?? `${stdout}${stderr}` }
}
