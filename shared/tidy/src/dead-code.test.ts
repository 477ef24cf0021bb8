import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './repository.ts'

/** What knip complains of in a folder with a `knip.json`; empty when every file and every export is used. */
function complaints(folder: string): string {
  const program = join(root, 'node_modules/knip/bin/knip.js')
  const args = [program, '--no-progress', '--no-config-hints', '--reporter', 'compact']
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  return status === 0 ? '' : stdout + stderr
}

test('every file is reached from a program or a test, and every export has a user', { timeout: 120_000 }, () => {
  expect(existsSync(join(root, 'knip.json'))).toBe(true)
  expect(complaints(root)).toBe('')
})

test('an unused file and an unused export are found', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'uptick-dead-code-'))
  try {
    const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
    write('package.json', JSON.stringify({ name: 'planted', type: 'module' }))
    write('knip.json', JSON.stringify({ entry: ['main.ts'], project: ['*.ts'], include: ['files', 'exports'] }))
    write('main.ts', "import { used } from './alive.ts'\nused()\n")
    write('alive.ts', 'export function used(): void {}\nexport function forgotten(): void {}\n')
    write('lost.ts', 'export const lost = 1\n')
    const found = complaints(folder)
    expect(found).toContain('forgotten')
    expect(found).toContain('lost.ts')
    expect(found).not.toContain('used()')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
