import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase, type TestDatabase } from '@uptick/journal/testing'
import { dialWebSockets, parseLinkKeys, provenDial } from '@uptick/link'
import { LinkRole } from '@uptick/protocol'
import type { Lifecycle } from '@uptick/runtime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEngine, type RunningEngine } from './running-engine.ts'

/* The secret of the links is replaced while the engine runs. */

const folder = mkdtempSync(join(tmpdir(), 'uptick-link-secret-'))
const file = join(folder, 'secret')
const secretOf = (name: string): string => `${name}-secret-of-the-links-of-this-engine`
const ATTEMPTS_MAX = 10_000
let database: TestDatabase
let running: RunningEngine

beforeAll(async () => {
  write('first')
  database = await createDatabase()
  running = await startEngine(database.url, {}, { LINK_SECRET: '', LINK_SECRET_FILE: file })
})

afterAll(async () => {
  await running.stop()
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

function write(...names: string[]): void {
  writeFileSync(file, names.map((name) => `${secretOf(name)}\n`).join(''))
}

/** Whether one that knows these secrets gets in. */
function isAdmitted(...names: string[]): Promise<boolean> {
  const keys = parseLinkKeys(names.map((name) => secretOf(name)).join())
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const dial = provenDial(dialWebSockets(), { role: LinkRole.GATEWAY, keys: () => keys })
  const socket = dial(running.url, {
    opened: () => resolve(true),
    received: () => undefined,
    closed: () => resolve(false),
  })
  return promise.finally(() => socket.close())
}

/** Dials until it is so. */
async function until(isIn: boolean, ...names: string[]): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) if ((await isAdmitted(...names)) === isIn) return
  throw new Error(`${names.join()} is still ${isIn ? 'refused' : 'let in'}`)
}

function changed(lifecycle: Lifecycle): Promise<{ met: boolean; reason: string }> {
  return new Promise((resolve) =>
    lifecycle.onChange(({ name, met, reason }) => name === 'link-secret' && resolve({ met, reason })),
  )
}

test('first the old one, then both, then the new one; a file that cannot be used changes nothing', async () => {
  const { lifecycle } = running
  expect(await isAdmitted('second')).toBe(false)
  expect(await isAdmitted('first')).toBe(true)

  write('second', 'first')
  await until(true, 'second')
  expect(await isAdmitted('first')).toBe(true)

  write('second')
  await until(false, 'first')
  expect(await isAdmitted('second')).toBe(true)

  let condition = changed(lifecycle)
  writeFileSync(file, 'short\n')
  expect(await condition).toEqual({ met: false, reason: expect.stringContaining('the one before stays in force') })
  expect(lifecycle.readiness().ok || !lifecycle.started).toBe(true)
  expect(await isAdmitted('second')).toBe(true)

  condition = changed(lifecycle)
  write('third', 'second')
  expect(await condition).toEqual({ met: true, reason: '' })
  await until(true, 'third')
})
