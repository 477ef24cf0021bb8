import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@uptick/postgres'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const { scripts, version }: { scripts: Record<string, string>; version: string } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
)

/** Scripts that call a tool which is not ours, with options of its own. */
const foreign = ['test', 'test:kubernetes', 'test:monitoring', 'check', 'types', 'lint', 'format']
const own = Object.entries(scripts).filter(([name]) => !foreign.includes(name))

interface Ended {
  readonly code: number
  readonly output: string
  readonly errors: string
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'uptick-scripts-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a person types after `npm run NAME --`, called from a folder of its own. */
function type(script: string, ...words: string[]): Promise<Ended> {
  return typeWith({}, script, ...words)
}

/** The same, with more in the environment. */
function typeWith(environment: Record<string, string>, script: string, ...words: string[]): Promise<Ended> {
  const [program, ...args] = script.replace(/^exec /, '').split(' ')
  expect(program).toBe('node')
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', INIT_CWD: folder, ...environment }
  return new Promise((done) => {
    execFile(process.execPath, [...args, ...words], { env, cwd: root, timeout: 50_000 }, (error, output, errors) => {
      done({ code: error === null ? 0 : Number(error.code), output, errors })
    })
  })
}

/** The same, and its output has no reader when it begins to print, or goes to a file. */
async function typeUnheard(script: string, words: readonly string[], output: 'pipe' | number = 'pipe'): Promise<Ended> {
  const [, ...args] = script.replace(/^exec /, '').split(' ')
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', INIT_CWD: folder }
  const child = spawn(process.execPath, [...args, ...words], { env, cwd: root, stdio: ['ignore', output, 'pipe'] })
  child.stdout?.destroy()
  let errors = ''
  child.stderr!.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  return { code, output: '', errors }
}

/** The one sentence with which a line is refused; fails unless it is one, and nothing was done. */
function refusal({ code, output, errors }: Ended): string {
  const lines = errors.trimEnd().split('\n')
  const isClean = code === 2 && output === '' && lines.length === 1 && readdirSync(folder).length === 0
  if (!isClean) throw new Error(`code ${code}, in the folder ${readdirSync(folder).join()}: ${output}${errors}`)
  return errors
}

test('the newest entry of CHANGELOG.md is of this version', () => {
  const [, newest] = /^## \[?(\d[^\]\s]*)/m.exec(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')) ?? []
  expect(newest).toBe(version)
})

test('every script is either ours or that of a tool', () => {
  expect(foreign.filter((name) => scripts[name] === undefined)).toEqual([])
  expect(own.filter(([, script]) => !/^(exec )?node /.test(script))).toEqual([])
})

describe.each(own)('npm run %s', (name, script) => {
  test('refuses an option that does not exist, and does nothing', async () => {
    expect(refusal(await type(script, '--nonsense'))).toMatch(/--nonsense|required argument/)
  })

  test('refuses surplus words, and does nothing', async () => {
    const words = ['one', 'two', 'three', 'four', '--nonsense']
    expect(refusal(await type(script, ...words))).toMatch(/--nonsense|unknown command|too many arguments/i)
  })

  test('tells its version', async () => {
    const { code, output, errors } = await type(script, '--version')
    expect({ code, output, errors }).toEqual({ code: 0, output: `${version}\n`, errors: '' })
  })

  test('tells what it does', async () => {
    const { code, output, errors } = await type(script, '--help')
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output).toContain(name === 'start' ? 'npm start' : `npm run ${name}`)
  })
})

/** A laptop may be without kubectl; a gate without it fails. */
const hasKubectl = process.env['CI'] === 'true' || spawnSync('kubectl', ['version', '--client']).status === 0

describe.skipIf(!hasKubectl)('without a kubeconfig', () => {
  /** A kubectl that writes down what it is asked for, and asks the real one. */
  let programs = ''
  const asked = (): string[] => readFileSync(join(programs, 'asked'), 'utf8').trimEnd().split('\n')
  beforeEach(() => {
    programs = mkdtempSync(join(tmpdir(), 'uptick-programs-'))
    const script = `#!/bin/sh\necho "$*" >> "${programs}/asked"\nPATH=$REAL_PATH exec kubectl "$@"\n`
    writeFileSync(join(programs, 'kubectl'), script, { mode: 0o755 })
  })
  afterEach(() => rmSync(programs, { recursive: true, force: true }))

  test.each([
    ['deploy', 'local'],
    ['rollback', 'local'],
    ['prove:kubernetes', '--quick'],
  ])('npm run %s %s says so and ends, before anything is sent to where no cluster is', async (name, ...words) => {
    const path = process.env['PATH'] ?? ''
    const environment = { PATH: `${programs}:${path}`, REAL_PATH: path, HOME: programs }
    const { code, output, errors } = await typeWith(environment, scripts[name] ?? '', ...words)
    expect(errors).toMatch(/^No cluster is configured: there is no kubeconfig with a current context\. [^\n]*\n$/)
    expect({ code, output }).toEqual({ code: 1, output: '' })
    expect(asked()).toEqual([expect.stringContaining('config view --minify')])
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('npm run operator -- status', () => {
  const operator = scripts['operator'] ?? ''

  test('says that kubectl needs a kubeconfig when it could not read the token', async () => {
    const typed = await typeWith({ OPERATOR_URL: 'http://127.0.0.1:8081', OPERATOR_TOKEN: '' }, operator, 'status')
    expect(typed.errors).toMatch(/^OPERATOR_URL is set, and OPERATOR_TOKEN is not\. On Kubernetes [^\n]*\n$/)
    expect(typed).toMatchObject({ code: 2, output: '' })
  })

  test('says that the port is that of traders', async () => {
    const traders = createServer((_, response) => response.writeHead(404).end('{"code":-1000,"msg":"no such path"}'))
    await new Promise<void>((done) => traders.listen(0, '127.0.0.1', done))
    const url = `http://127.0.0.1:${(traders.address() as AddressInfo).port}`
    const typed = await typeWith({ OPERATOR_URL: url, OPERATOR_TOKEN: 'token' }, operator, 'status')
    traders.close()
    expect(typed.errors).toBe(
      `${url} is no operator API: it answers with 404 {"code":-1000,"msg":"no such path"}. Traders use another port than operators.\n`,
    )
    expect(typed).toMatchObject({ code: 1, output: '' })
  })

  test('says that the operator API does not answer', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    const typed = await typeWith({ OPERATOR_URL: url, OPERATOR_TOKEN: 'token' }, operator, 'status')
    expect(typed.errors).toMatch(
      /^The operator API at \S+ does not answer: [^\n]*"kubectl port-forward" has to run\.\n$/,
    )
    expect(typed).toMatchObject({ code: 1, output: '' })
  })
})

test('npm run operator without a command prints its help, as a line that was not understood', async () => {
  const help = await type(scripts['operator'] ?? '', '--help')
  expect(await type(scripts['operator'] ?? '')).toEqual({ code: 2, output: '', errors: help.output })
})

describe('output without a reader', () => {
  afterEach(() => readdirSync(folder).forEach((name) => rmSync(join(folder, name))))

  test.each(own)('npm run %s ends as if it was read', async (_name, script) => {
    expect(await typeUnheard(script, ['--help'])).toEqual({ code: 0, output: '', errors: '' })
  })

  test.each([
    ['sim', '--seeds', '1', '--story'],
    ['flow', 'flow.bin', '--commands', '1000'],
    ['prove:kubernetes', '--list'],
  ])('npm run %s %s %s %s: what it does is done', async (name, ...words) => {
    const typed = words.filter((word) => word !== undefined)
    const heard = await type(scripts[name] ?? '', ...typed)
    expect({ code: heard.code, isTold: heard.output !== '' }).toEqual({ code: 0, isTold: true })
    const unheard = await typeUnheard(scripts[name] ?? '', typed)
    expect(unheard).toEqual({ code: heard.code, output: '', errors: heard.errors })
  })

  test('npm run replay: its code says how it ended, read or not', async () => {
    expect(await typeUnheard(scripts['flow'] ?? '', ['flow.bin', '--commands', '1000'])).toMatchObject({ code: 0 })
    const path = join(folder, 'flow.bin')
    expect(await typeUnheard(scripts['replay'] ?? '', [path])).toEqual({ code: 0, output: '', errors: '' })
    expect(await typeUnheard(scripts['replay'] ?? '', [join(folder, 'none.bin')])).toMatchObject({ code: 1 })
  })

  test.skipIf(!existsSync('/dev/full'))('a disk that is full is a failure, in one sentence', async () => {
    const full = openSync('/dev/full', 'w')
    const { code, errors } = await typeUnheard(scripts['sim'] ?? '', ['--seeds', '1', '--story'], full)
    closeSync(full)
    expect(code).toBe(1)
    expect(errors).toMatch(/^The output cannot be written: [^\n]*ENOSPC[^\n]*\n$/)
  })
})

describe('npm run replay', () => {
  const file = (name: string, content: string): string => {
    const path = join(folder, name)
    writeFileSync(path, content, 'latin1')
    return path
  }
  afterEach(() => readdirSync(folder).forEach((name) => rmSync(join(folder, name))))

  test('reports nothing of a file without orders', async () => {
    const path = file('none.csv', 'id,timestamp,exchange.timestamp,price,volume,action,direction\n')
    const { code, output, errors } = await type(scripts['replay'] ?? '', path, '--json')
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(JSON.parse(output)).toMatchObject({ commands: 0, trades: 0, volume: '0.00000000', 'commands per second': 0 })
  })

  test.each([
    ['', /cannot be replayed: the file is empty\.\n$/],
    ['id,price\n', /cannot be replayed: line 1 is not the header/],
    ['\u001F\u008Bnot gzip', /cannot be replayed: the file cannot be read: /],
  ])('says in one sentence what is wrong with %j', async (content, words) => {
    const { code, output, errors } = await type(scripts['replay'] ?? '', file('bad.csv', content))
    expect(errors).toMatch(words)
    expect({ code, output, lines: errors.trimEnd().split('\n').length }).toEqual({ code: 1, output: '', lines: 1 })
  })
})

/** Every option of every script that takes a number or one of several words. */
describe('a value that makes no sense is refused', () => {
  test.each([
    ['start', '--port', '0'],
    ['start', '--data', ''],
    ['flow', 'x.bin', '--commands', '1e9'],
    ['flow', 'x.bin', '--seed', '-1'],
    ['replay', 'x.bin', '--through', 'wire'],
    ['replay', 'x.bin', '--format', 'csv'],
    ['prove', '--minutes', 'ten'],
    ['prove', '--only', 'everything'],
    ['prove', '--rate', 'Infinity'],
    ['sim', '--seeds', '0'],
    ['sim', '--from', '1.5'],
    ['mutate', '--room', 'everything'],
    ['mutate', '--minutes', '0'],
    ['fuzz', '--minutes', '0'],
    ['fuzz', '--seed', 'any'],
    ['load', '--profile', 'wild'],
    ['load', '--seconds', '-1'],
    ['bench', '--only', 'everything'],
    ['prove:kubernetes', '--all', '--rate', 'most'],
    ['deploy', 'local', '--stall', 'long'],
    ['roll', 'everything'],
  ])('npm run %s -- %s %s %s', async (name, ...words) => {
    const typed = await type(scripts[name] ?? '', ...words.filter((word) => word !== undefined))
    expect(refusal(typed)).toMatch(/^\S.*\.\n$/)
  })
})
