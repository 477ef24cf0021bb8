import { spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freePort } from '@uptick/postgres'
import { startCommand, type Ended } from './start-exchange.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const DATA_FOLDER = new URL('../src/folder/data-folder.ts', import.meta.url).href
const NOBODY = 65_534

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uptick-refusal-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The sentence on standard error; fails unless it is one line, without a stack, and the exit code is `code`. */
function sentenceOf(ended: Ended, code = 1): string {
  const lines = ended.errors.trim().split('\n')
  if (ended.code !== code || lines.length !== 1) throw new Error(`code ${ended.code}, errors:\n${ended.errors}`)
  return lines[0] ?? ''
}

describe('the start command refuses', () => {
  test('a taken port, before it touches anything', async () => {
    const other = createServer()
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
    const address = other.address()
    const port = typeof address === 'object' ? address?.port : 0
    const ended = await startCommand(['--data', folder, '--port', String(port)]).ended
    await new Promise((done) => other.close(done))
    expect(sentenceOf(ended)).toMatch(new RegExp(`^Port ${port} of 127.0.0.1 is taken: .*--port`))
    expect(existsSync(join(folder, 'postgres'))).toBe(false)
  })

  test('a data folder that is a file', async () => {
    writeFileSync(join(folder, 'file'), 'mine')
    const ended = await startCommand(['--data', join(folder, 'file')]).ended
    expect(sentenceOf(ended)).toMatch(/^The data folder .*file cannot be used: /)
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('mine')
  })

  test.skipIf(process.getuid?.() !== 0)('as root the folder of an ordinary user, and leaves it alone', async () => {
    chownSync(folder, NOBODY, NOBODY)
    const ended = await startCommand(['--data', join(folder, 'data')]).ended
    expect(sentenceOf(ended)).toMatch(/^\S+ belongs to \S+, and this is root: .* Start it as \S+, or name .* --data\.$/)
    expect(readdirSync(folder)).toEqual([])
  })

  test.skipIf(process.getuid?.() !== 0)('as an ordinary user the folder of root, and says whose it is', () => {
    chmodSync(folder, 0o755)
    // The programs may lie where only root can read them, so they are loaded before the process is an ordinary user's.
    const open = `const { DataFolder } = await import(${JSON.stringify(DATA_FOLDER)})
      process.setgid(${NOBODY})
      process.setuid(${NOBODY})
      DataFolder.open(${JSON.stringify(folder)})`
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', open], {
      encoding: 'utf8',
    })
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/cannot be used: EACCES.* It belongs to root\.\n/),
    })
  })

  test('damaged settings, and leaves them for a person to look at', async () => {
    writeFileSync(join(folder, 'settings.json'), '{"keyEncryptionKey":')
    const port = String(await freePort())
    const ended = await startCommand(['--data', folder, '--port', port]).ended
    expect(sentenceOf(ended)).toMatch(/settings\.json is damaged .*--data/)
    expect(readFileSync(join(folder, 'settings.json'), 'utf8')).toBe('{"keyEncryptionKey":')
  })

  test('a database of another version, or without its settings', async () => {
    mkdirSync(join(folder, 'postgres'))
    writeFileSync(join(folder, 'postgres', 'PG_VERSION'), '16\n')
    expect(sentenceOf(await startCommand(['--data', folder]).ended)).toMatch(/holds a database but no settings\.json/)
    const settings = { keyEncryptionKey: 'k', operatorToken: 't', databasePassword: 'p', demoKeys: [] }
    writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings))
    expect(sentenceOf(await startCommand(['--data', folder]).ended)).toMatch(/was written by PostgreSQL 16/)
    expect(readdirSync(join(folder, 'postgres'))).toEqual(['PG_VERSION'])
  })

  test('a database of its own that does not answer, or that is none, and says why', async () => {
    const port = await freePort()
    const at = (url: string) => startCommand(['--data', folder, '--port', String(port)], { DATABASE_URL: url }).ended
    expect(sentenceOf(await at(`postgres://trader:hidden@127.0.0.1:${port}/x`))).toMatch(
      /^The database of DATABASE_URL cannot be used: .*ECONNREFUSED/,
    )
    expect(sentenceOf(await at('not a url'), 2)).toMatch(/^DATABASE_URL is not of the form /)
  })

  test.each([
    [['--host', '203.0.113.7'], 1, /203\.0\.113\.7 is not an address of this machine/],
    [
      ['--port', 'eighty'],
      2,
      /^Option '--port <n>' argument 'eighty' is invalid\. It is a whole number from 1 to 65535\. /,
    ],
    [['--prot', '80'], 2, /^Unknown option '--prot' \(Did you mean --port\?\) "npm start -- --help" says more\.$/],
    [['run'], 2, /^Too many arguments\. Expected 0 arguments but got 1/],
  ])('%j', async (args, code, words) => {
    expect(sentenceOf(await startCommand([...args, '--data', folder]).ended, code)).toMatch(words)
  })

  test.each([
    ['', 2, /'--data <folder>' argument '' is invalid\. It is empty\./],
    ['/proc/uptick', 1, /^The data folder \/proc\/uptick cannot be used: /],
  ])('--data "%s"', async (data, code, words) => {
    expect(sentenceOf(await startCommand(['--data', data]).ended, code)).toMatch(words)
  })
})

describe('the start command refuses, on a file system that may not be written to,', () => {
  /** With mounts of its own, where that is allowed. */
  const unshare = [
    ['unshare', '-m'],
    ['unshare', '-r', '-m'],
  ].find(([program, ...args]) => spawnSync(program!, [...args, 'true'], { stdio: 'ignore' }).status === 0)

  function startReadOnly(path: string): Ended {
    const [program, ...args] = unshare!
    const mount = `mount --bind '${path}' '${path}' && mount -o remount,bind,ro '${path}' && exec "$@"`
    const command = [...args, 'sh', '-c', mount, 'sh', process.execPath, MAIN, '--data', folder]
    const { status, signal, stdout, stderr } = spawnSync(program!, command, { encoding: 'utf8' })
    return { code: status, signal, output: stdout, errors: stderr }
  }

  test.runIf(unshare !== undefined).each([
    ['a data folder', '', /^The data folder .* cannot be used: EROFS/],
    ['a folder of logs', 'logs', /^The folder of the logs .*logs cannot be used: EROFS/],
  ])('%s', (_, name, words) => {
    mkdirSync(join(folder, 'logs'))
    expect(sentenceOf(startReadOnly(join(folder, name)))).toMatch(words)
  })
})

test('--help tells what there is, and starts nothing', async () => {
  const ended = await startCommand(['--help', '--data', folder]).ended
  expect(ended.code).toBe(0)
  expect(ended.output).toContain('--market-maker')
  expect(ended.output).toContain('DATABASE_URL')
  expect(readdirSync(folder)).toEqual([])
})
