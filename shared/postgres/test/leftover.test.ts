import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { commandLine, processesIn, sendSignal } from '../src/processes.ts'
import { startPostgres, stopLeftover } from '../src/index.ts'

/*
 * What a killed supervisor or a crashed machine leaves in a data directory: servers that are suspended, sessions without a
 * postmaster, pid files that say nothing. The next start goes on from each, and never beside an old process.
 */
let folder = ''
let directory = ''
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'uptick-leftover-')))
  directory = join(folder, 'db')
  await (await startPostgres(options())).stop()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const strays: ChildProcess[] = []
afterEach(() => {
  for (const stray of strays.splice(0)) stray.kill('SIGKILL')
})

const options = () => ({
  directory,
  password: 'password',
  logFile: join(folder, 'postgres.log'),
  initdbFlags: ['--no-sync'],
})
const pidFile = () => join(directory, 'postmaster.pid')

/** A server whose supervisor was killed with -9, in whatever state `before` has put its processes. */
async function leaveBehind(before = ''): Promise<number> {
  const module = JSON.stringify(new URL('../src/index.ts', import.meta.url).href)
  const code = `const { startPostgres } = await import(${module})
    const { pid } = await startPostgres(${JSON.stringify(options())}); ${before}; process.kill(process.pid, 'SIGKILL')`
  const supervisor = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' })
  await once(supervisor, 'exit')
  return Number(readFileSync(pidFile(), 'utf8').split('\n')[0])
}

const isGone = (pid: number) => commandLine(pid) === ''

/** Fails unless a server starts, with no other process in its directory. */
async function expectStart(): Promise<void> {
  const old = new Set(processesIn(directory))
  const next = await startPostgres(options())
  expect(processesIn(directory).filter((pid) => old.has(pid))).toEqual([])
  await next.stop()
}

test('a suspended server ends in order, and the waiting start is told', async () => {
  const pid = await leaveBehind(`process.kill(pid, 'SIGSTOP')`)
  const told: string[] = []
  expect(await stopLeftover(directory, (sentence) => told.push(sentence))).toBe('stopped')
  expect(told).toEqual([`ending the PostgreSQL left over in ${directory} (process ${pid})`])
  expect(isGone(pid)).toBe(true)
  // As after every orderly end.
  expect(existsSync(pidFile())).toBe(false)
  await expectStart()
})

test('a server that is suspended again and again is killed, and the next one recovers', async () => {
  const pid = await leaveBehind()
  const freeze = setInterval(() => processesIn(directory).forEach((one) => sendSignal(one, 'SIGSTOP')), 1)
  const told: string[] = []
  try {
    const times = { fastMs: 300, immediateMs: 300, killMs: 20_000 }
    await stopLeftover(directory, (sentence) => told.push(sentence), times)
  } finally {
    clearInterval(freeze)
  }
  expect(isGone(pid)).toBe(true)
  expect(processesIn(directory)).toEqual([])
  await expectStart()
})

test('a server that takes no signal is killed, step by step', async () => {
  const deaf = `trap '' INT QUIT; echo deaf; while :; do sleep 0.1; done`
  const stray = spawn('sh', ['-c', deaf, '/bin/postgres', '-D', directory], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  strays.push(stray)
  await once(stray.stdout, 'data')
  const ended = once(stray, 'exit')
  const told: string[] = []
  const times = { fastMs: 200, immediateMs: 100, killMs: 20_000 }
  expect(await stopLeftover(directory, (sentence) => told.push(sentence), times)).toBe('stopped')
  expect(await ended).toEqual([null, 'SIGKILL'])
  expect(told).toEqual([
    `ending the PostgreSQL left over in ${directory} (process ${stray.pid})`,
    'PostgreSQL has not ended after 0.2 s: ending it at once, its next start recovers',
    'PostgreSQL has still not ended: killing its processes',
  ])
})

test('a suspended session whose postmaster is gone is ended before the next start', async () => {
  const server = await startPostgres(options())
  // A session that waits for a client's password is a process of its own.
  const client = connect(server.port, '127.0.0.1')
  client.on('error', () => undefined)
  const startup = Buffer.from('\0\0\0\0\0\x03\0\0user\0uptick\0\0', 'latin1')
  startup.writeUInt32BE(startup.length)
  client.write(startup)
  await once(client, 'data')
  const sessions = processesIn(directory).filter((pid) => commandLine(pid).startsWith('postgres: uptick'))
  expect(sessions).toHaveLength(1)
  process.kill(sessions[0]!, 'SIGSTOP')
  process.kill(server.pid, 'SIGKILL')
  await server.exited
  expect(isGone(sessions[0]!)).toBe(false)
  await expectStart()
  expect(isGone(sessions[0]!)).toBe(true)
  client.destroy()
})

test('a server whose pid file was destroyed is found all the same', async () => {
  const pid = await leaveBehind()
  writeFileSync(pidFile(), '')
  expect(await stopLeftover(directory)).toBe('stopped')
  expect(isGone(pid)).toBe(true)
  await expectStart()
})

test('an editor in the data directory is not ended', async () => {
  const editor = spawn('sleep', ['1000'], { cwd: directory, argv0: 'edit postgres.conf', stdio: 'ignore' })
  strays.push(editor)
  await once(editor, 'spawn')
  expect(await stopLeftover(directory)).toBe('none')
  await (await startPostgres(options())).stop()
  expect(editor.exitCode ?? editor.signalCode).toBeNull()
})

describe('a pid file from before a crash does not keep the next server from starting:', () => {
  const other = () => {
    const stray = spawn('sleep', ['1000'], { stdio: 'ignore' })
    strays.push(stray)
    return stray.pid!
  }
  test.each([
    ['empty', () => ''],
    ['garbage', () => '\0\0\0\u{fffd}garbage\n'],
    ['{}', () => '{}'],
    ['0', () => '0\n'],
    ['a number without an end', () => '99999999999999999999'],
    ['the number of another program, and no more', () => String(other())],
    ['the number of another program', () => `${other()}\n${directory}\n1750000000\n5432\n\n127.0.0.1\n`],
  ])('%s', async (_, content) => {
    writeFileSync(pidFile(), content())
    const next = await startPostgres(options())
    expect(Number.parseInt(readFileSync(pidFile(), 'utf8'), 10)).toBe(next.pid)
    await next.stop()
  })
})

test('a directory that is not there has nothing left over', async () => {
  expect(await stopLeftover(join(folder, 'missing'))).toBe('none')
  mkdirSync(join(folder, 'empty'))
  expect(await stopLeftover(join(folder, 'empty'))).toBe('none')
})
