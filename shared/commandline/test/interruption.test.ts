import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'

const index = JSON.stringify(new URL('../src/index.ts', import.meta.url).href)

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uptick-interruption-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A command that has made a folder and continues with `body`; its temporary folders are made in `folder`. */
function started(body: string): {
  command: ChildProcess
  lines: string[]
  first: Promise<unknown>
  code: Promise<number>
} {
  const source = `
import { commandLine, runCommand, temporaryFolder, undoLater, undoWhenInterrupted } from ${index}
import { setTimeout as delay } from 'node:timers/promises'
await runCommand(commandLine('npm run test --', 'A test.').action(async () => {
  undoWhenInterrupted()
  ${body}
}), [])`
  const command = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], TMPDIR: folder },
  })
  const lines: string[] = []
  const told = createInterface(command.stdout!).on('line', (line) => lines.push(line))
  createInterface(command.stderr!).on('line', (line) => lines.push(`error: ${line}`))
  const code = once(command, 'close').then(([value]) => value as number)
  return { command, lines, first: once(told, 'line'), code }
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)(
  '%s: what was made last is undone first, then the command exits with the code of the signal',
  async (signal, status) => {
    const { command, lines, first, code } = started(`
  temporaryFolder('uptick-')
  undoLater(() => console.log('the second'))
  undoLater(async () => { await delay(50); console.log('the third') })
  console.log('ready')
  await delay(60_000)`)
    await first
    expect(readdirSync(folder)).toHaveLength(1)
    command.kill(signal)
    // npm passes on what the terminal has sent already.
    command.kill(signal)
    expect(await code).toBe(status)
    expect(lines.filter((line) => !line.startsWith('error'))).toEqual(['ready', 'the third', 'the second'])
    expect(readdirSync(folder)).toEqual([])
  },
)

test('nothing new is begun, and what fails meanwhile is not told', async () => {
  const { command, lines, first, code } = started(`
  let fail
  const failed = new Promise((_, reject) => (fail = reject))
  undoLater(async () => { fail(new Error('the exchange is gone')); await delay(200) })
  console.log('ready')
  try { await Promise.race([failed, delay(60_000)]) } catch { temporaryFolder('uptick-') }
  console.log('went on')`)
  await first
  command.kill('SIGINT')
  expect(await code).toBe(130)
  expect(lines).toEqual(['ready', 'error: Interrupted: cleaning up. Once more: at once.'])
  expect(readdirSync(folder)).toEqual([])
})

test('an uncaught error meanwhile does not cut it short', async () => {
  const { command, lines, first, code } = started(`
  temporaryFolder('uptick-')
  undoLater(async () => { setTimeout(() => { throw new Error('late') }, 20); await delay(100) })
  console.log('ready')
  await delay(60_000)`)
  await first
  command.kill('SIGINT')
  expect(await code).toBe(130)
  expect(lines).toEqual(['ready', 'error: Interrupted: cleaning up. Once more: at once.'])
  expect(readdirSync(folder)).toEqual([])
})

test('what cannot be undone is said, and the rest is undone', async () => {
  const { command, lines, first, code } = started(`
  temporaryFolder('uptick-')
  undoLater(() => { throw new Error('it is stuck') })
  console.log('ready')
  await delay(60_000)`)
  await first
  command.kill('SIGTERM')
  expect(await code).toBe(143)
  expect(lines).toContain('error: Not cleaned up: it is stuck.')
  expect(readdirSync(folder)).toEqual([])
})

test('a command that fails leaves nothing behind, either', async () => {
  const { lines, code } = started(`temporaryFolder('uptick-'); throw 'no exchange'`)
  expect(await code).toBe(1)
  expect(lines).toEqual(['error: no exchange'])
  expect(readdirSync(folder)).toEqual([])
})

test('a second signal, later, exits at once', async () => {
  const { command, first, code } = started(`
  undoLater(() => { setTimeout(() => console.log('still'), 1_100); return delay(60_000) })
  console.log('ready')
  await delay(60_000)`)
  await first
  command.kill('SIGINT')
  const told = createInterface(command.stdout!)
  await once(told, 'line')
  command.kill('SIGINT')
  expect(await code).toBe(130)
})
