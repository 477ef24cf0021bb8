import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readPidFile } from './leftover.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uptick-pid-file-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a pid file names the process of the server, and says whether it is ready', () => {
  expect(readPidFile(folder)).toBeUndefined()
  const path = join(folder, 'postmaster.pid')
  writeFileSync(path, '4711\n/data\n')
  expect(readPidFile(folder)).toEqual({ pid: 4711, ready: false })
  writeFileSync(path, '4711\n/data\n1\n2\n\n127.0.0.1\n3\nready   \n')
  expect(readPidFile(folder)).toEqual({ pid: 4711, ready: true })
})

test('one that the server removes while it is looked for is not there', async () => {
  // Another thread, because a look is made in one turn.
  const other = new Worker(
    `const { writeFileSync, rmSync } = require('node:fs')
     const { workerData } = require('node:worker_threads')
     for (let i = 0; i < 4000; i++) { writeFileSync(workerData, '4711\\n'); rmSync(workerData) }`,
    { eval: true, workerData: join(folder, 'postmaster.pid') },
  )
  const state = { hasEnded: false }
  other.on('exit', () => (state.hasEnded = true))
  const seen = new Set<number | undefined>()
  while (!state.hasEnded) {
    for (let looks = 0; looks < 200; looks++) seen.add(readPidFile(folder)?.pid)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(seen).toContain(undefined)
})
