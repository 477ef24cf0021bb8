import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startExchange } from '../testing/exchange.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const STAGE_MS_MAX = 120_000
const GONE_MS_MAX = 5_000
const POLL_MS = 20

let temporary = ''
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'uptick-interrupted-'))
})
afterEach(() => rmSync(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

/** A command as npm runs it; all that it makes lies in `temporary`. */
class Typed {
  output = ''
  readonly process: ChildProcess
  readonly #ended: Promise<[number | null]>

  constructor(file: string, args: readonly string[], path = process.env['PATH']) {
    this.process = spawn(process.execPath, [file, ...args], {
      cwd: root,
      env: { PATH: path, HOME: process.env['HOME'], TMPDIR: temporary, INIT_CWD: temporary },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.process.stdout!, this.process.stderr!])
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
    this.#ended = once(this.process, 'close') as Promise<[number | null]>
  }

  /** Waits until `isThere`. @throws Error when the command ends before */
  async reaches(isThere: () => boolean): Promise<void> {
    for (const began = performance.now(); !isThere(); await delay(POLL_MS))
      if (this.process.exitCode !== null || performance.now() - began > STAGE_MS_MAX) throw new Error(this.output)
  }

  async interrupted(signal: NodeJS.Signals): Promise<number | null> {
    this.process.kill(signal)
    const [code] = await this.#ended
    return code
  }
}

/** Processes that were started with `temporary` as the folder for what is temporary, or that work with files in it. */
function left(): string[] {
  const read = (path: string): string => {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      // It has ended.
      return ''
    }
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => `${read(`/proc/${pid}/environ`)}${read(`/proc/${pid}/cmdline`)}`.includes(temporary))
    .map((pid) => `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`)
}

async function expectNothingLeft(): Promise<void> {
  // What the command has ended itself is gone; a guard of what it started may take a moment to see that.
  await expect.poll(left, { timeout: GONE_MS_MAX }).toEqual([])
  expect(readdirSync(temporary)).toEqual([])
}

const prove = 'loadtests/src/prove/main.ts'
const bench = 'loadtests/src/bench/main.ts'

/** Whether a file of that name was made. */
function made(name: RegExp): () => boolean {
  return () => {
    try {
      return readdirSync(temporary, { recursive: true }).some((path) => name.test(String(path)))
    } catch {
      // A folder went while it was read.
      return false
    }
  }
}

describe.skipIf(!existsSync('/proc/self/environ'))(
  'a command that is interrupted leaves no folder and no process',
  () => {
    test.each([
      ['prove, while PostgreSQL is being made', prove, [], made(/postgres\.new/), 'SIGINT', 130],
      ['prove, while an exchange starts', prove, [], made(/logs\/engine-1\.log/), 'SIGTERM', 143],
      ['prove, while replicas are made', prove, ['--only', 'read-only'], made(/postgres-2/), 'SIGINT', 130],
      [
        'bench, while PostgreSQL is being made',
        bench,
        ['--quick', '--only', 'recovery'],
        made(/postgres\.new/),
        'SIGINT',
        130,
      ],
      ['fuzz, while it starts', 'loadtests/src/fuzz/main.ts', [], made(/postgres\.new/), 'SIGINT', 130],
      ['mutate, while it copies', 'loadtests/src/mutation/main.ts', [], made(/tree\/shared/), 'SIGTERM', 143],
    ] as const)(
      '%s',
      async (_name, file, args, isThere, signal, code) => {
        const typed = new Typed(file, args)
        await typed.reaches(isThere)
        expect(await typed.interrupted(signal), typed.output).toBe(code)
        expect(typed.output).not.toMatch(/Error|proved|at file:/)
        await expectNothingLeft()
      },
      180_000,
    )

    test.each([
      ['prove', prove, ['--only', 'freeze leader', '--rounds', '9'], /round 1: freeze leader/, 'SIGINT', 130],
      ['bench', bench, ['--quick', '--only', 'sweep'], /makers at one price/, 'SIGTERM', 143],
      ['fuzz', 'loadtests/src/fuzz/main.ts', ['--minutes', '5'], /minutes\n/, 'SIGTERM', 143],
    ] as const)(
      '%s, at work',
      async (_name, file, args, said, signal, code) => {
        const typed = new Typed(file, args)
        await typed.reaches(() => said.test(typed.output))
        expect(await typed.interrupted(signal), typed.output).toBe(code)
        expect(typed.output).not.toMatch(/Error|proved|at file:/)
        await expectNothingLeft()
      },
      180_000,
    )

    test('mutate, while the tests of a room run on PostgreSQL', async () => {
      const typed = new Typed('loadtests/src/mutation/main.ts', ['--room', 'journal'])
      await typed.reaches(made(/tmp\/uptick-test-.*PG_VERSION/))
      expect(await typed.interrupted('SIGINT'), typed.output).toBe(130)
      await expectNothingLeft()
    }, 180_000)

    test('start: its folder is kept, and no process', async () => {
      const folder = join(temporary, 'data')
      const start = ['services/standalone/src/main.ts', ['--data', folder, '--port', '1']] as const
      const typed = new Typed(...start)
      await typed.reaches(made(/data\/postgres\.new/))
      expect(await typed.interrupted('SIGINT'), typed.output).toBe(0)
      await expect.poll(left, { timeout: GONE_MS_MAX }).toEqual([])
      expect(readdirSync(folder)).toContain('settings.json')
    }, 180_000)

    test('load, while it waits for its listeners', async () => {
      const exchange = await startExchange()
      // As much of k6 as is needed to wait for it.
      const programs = mkdtempSync(join(tmpdir(), 'uptick-programs-'))
      writeFileSync(join(programs, 'k6'), '#!/bin/sh\n[ "$1" = version ] || exec sleep 60\n', { mode: 0o755 })
      try {
        const path = `${programs}:${process.env['PATH'] ?? ''}`
        const typed = new Typed('loadtests/src/load/main.ts', ['--data', exchange.folder], path)
        await typed.reaches(() => readdirSync(temporary).length > 0 && left().some((line) => line.includes('sleep')))
        expect(await typed.interrupted('SIGINT'), typed.output).toBe(130)
        await expectNothingLeft()
      } finally {
        await exchange.stop()
        rmSync(programs, { recursive: true, force: true })
      }
    }, 180_000)
  },
)
