import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createDatabase, type TestDatabase } from '@uptick/journal/testing'
import { freePort } from '@uptick/postgres'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readRunning } from '@uptick/data-folder'
import { ControlClient } from '../src/control/control-client.ts'

/*
 * The disk of the data folder is full while PostgreSQL, on another machine, is well: the exchange goes on without its
 * logs, and starts again what dies meanwhile.
 */
const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const POLL_MS = 50

let database: TestDatabase
let folder: string
let child: ChildProcess | undefined
let output = ''

beforeEach(async () => {
  database = await createDatabase()
  folder = mkdtempSync(join(tmpdir(), 'uptick-full-disk-'))
  output = ''
})
afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  await database.drop()
})

/** A command before which a program runs with a disk of its own of 32 MB at `folder`; undefined where that is not allowed. */
function smallDisk(): readonly string[] | undefined {
  const mount = ['sh', '-c', `mount -t tmpfs -o size=32m tmpfs '${folder}' && exec "$@"`, 'sh']
  for (const unshare of [
    ['unshare', '-m'],
    ['unshare', '-r', '-m'],
  ]) {
    const before = [...unshare, ...mount]
    if (spawnSync(before[0]!, [...before.slice(1), 'true'], { stdio: 'ignore' }).status === 0) return before
  }
  return undefined
}

async function open(before: readonly string[]): Promise<void> {
  const port = await freePort()
  const command = [...before, process.execPath, MAIN, '--data', folder, '--port', String(port)]
  child = spawn(command[0]!, command.slice(1), {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', DATABASE_URL: database.url },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await said(' is open at ')
}

async function said(text: string): Promise<void> {
  while (!output.includes(text)) {
    if (child?.exitCode !== null) throw new Error(`ended before it said "${text}":\n${output}`)
    await delay(POLL_MS)
  }
}

/** Kill each of these, and wait until there is another one of it and all are ready. */
async function killAndWait(inside: string, names: readonly string[]): Promise<void> {
  const before = (await ControlClient.find(inside).status()).processes
  const processOf = (name: string): number => before.find((each) => each.name === name)!.process
  for (const name of names) process.kill(processOf(name), 'SIGKILL')
  for (;;) {
    const { processes } = await ControlClient.find(inside).status()
    const isAnother = (name: string): boolean =>
      processes.some((each) => each.name === name && each.process !== processOf(name))
    if (names.every(isAnother) && processes.every(({ ready }) => ready)) return
    await delay(POLL_MS)
  }
}

const KILLED = ['engine-1', 'recorder', 'gateway-1']

test('whatever dies on a full disk is started again, and the cause is named', { timeout: 180_000 }, async () => {
  const disk = smallDisk()
  if (disk === undefined) {
    // Only the logs are on a disk that is full.
    mkdirSync(join(folder, 'logs'), { recursive: true })
    for (const name of [...KILLED, 'engine-2', 'gateway-2'])
      symlinkSync('/dev/full', join(folder, 'logs', `${name}.log`))
    await open([])
    await killAndWait(folder, KILLED)
    expect(child?.exitCode).toBeNull()
    return
  }
  await open(disk)
  const inside = `/proc/${child?.pid}/root${folder}`
  const ballast = join(inside, 'ballast')
  try {
    for (let size = 1 << 20; size > 0; size = Math.floor(size / 2)) fill(ballast, Buffer.alloc(size))
    await said(`the disk of ${folder} is full`)
    await killAndWait(inside, KILLED)
    // Its processes, as they were when there was room, or later.
    expect(output).toContain('starting it again')
  } finally {
    rmSync(ballast, { force: true })
  }
  await said('has room again')
  const { processes } = await ControlClient.find(inside).status()
  // What could not be written on the full disk is there now.
  while (processes.some(({ name, process: id }) => readRunning(inside)?.processes[name] !== id)) await delay(POLL_MS)
  expect(child?.exitCode).toBeNull()
})

/** Append as long as it fits. */
function fill(path: string, bytes: Buffer): void {
  for (;;) {
    try {
      appendFileSync(path, bytes)
    } catch {
      return
    }
  }
}
