import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { guardUrl } from '../src/processes/guard-url.ts'
import { stopLeftovers } from '../src/processes/leftovers.ts'

const guard = fileURLToPath(new URL('../src/processes/child-guard.ts', import.meta.url))

let folder = ''
let elsewhere = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uptick-left-'))
  elsewhere = mkdtempSync(join(tmpdir(), 'uptick-release-before-'))
})
afterEach(() => {
  for (const path of [folder, elsewhere]) rmSync(path, { recursive: true })
})

test('a service of another copy of the program is ended, and one of another folder is not', async () => {
  copyFileSync(guard, join(elsewhere, 'child-guard.ts'))
  const idle = (data: string) => {
    const url = new URL('child-guard.ts', `${pathToFileURL(elsewhere).href}/`)
    url.search = new URL(guardUrl(data)).search
    const program = "console.log('up'); setInterval(() => undefined, 1_000)"
    return spawn(process.execPath, ['--import', url.href, '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  }
  const [left, other] = [idle(folder), idle(elsewhere)]
  try {
    await Promise.all([once(left.stdout, 'data'), once(other.stdout, 'data')])
    const ended = once(left, 'exit')
    const told: string[] = []
    await stopLeftovers(folder, (sentence) => told.push(sentence))
    expect(await ended).toEqual([null, 'SIGTERM'])
    expect(told).toEqual([`ending what is left over of the run before (processes ${left.pid})`])
    expect(other.exitCode).toBeNull()
  } finally {
    for (const child of [left, other]) child.kill('SIGKILL')
  }
})
