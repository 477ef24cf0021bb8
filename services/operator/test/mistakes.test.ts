import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

interface Typed {
  readonly code: number
  readonly output: string
  readonly errors: string
}

/** What a person types after `npm run operator --`. */
function type(environment: Record<string, string>, ...words: string[]): Promise<Typed> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...environment }
  return new Promise((done) => {
    execFile(process.execPath, [main, ...words], { env }, (error, output, errors) => {
      done({ code: error === null ? 0 : Number(error.code), output, errors })
    })
  })
}

let api: Server
let calls = 0
beforeAll(async () => {
  api = createServer((_, response) => {
    calls++
    response.end('{}')
  })
  await new Promise<void>((done) => api.listen(0, '127.0.0.1', done))
})
afterAll(() => void api.close())

test('a mistake is one line that helps, and nothing is asked of the exchange', async () => {
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`
  const mistakes: [string[], RegExp, number][] = [
    [['deposite', '1'], /^Unknown command 'deposite' \(Did you mean deposit\?\) ".*--help" says more\.\n$/, 2],
    [['deposit', '1', '5'], /^Missing required argument 'ASSET'\. /, 2],
    [['deposit', 'one', '5', 'BTC'], /^The account is a whole number, not one\.\n$/, 2],
    [['deposit', '1', '5', 'BTC', 'USDT'], /^Too many arguments for 'deposit'\. Expected 3 arguments but got 4/, 2],
    [
      ['cancel-all', '1', 'BTCUSDT', '--yes'],
      /^Too many arguments for 'cancel-all'\. Expected 1 argument but got 2/,
      2,
    ],
    [['cancel-all', '1'], /^This cancels every open order of account 1 in every market: repeat .* with --yes\.\n$/, 2],
    [['add-account', ''], /^An argument is empty\.\n$/, 2],
    [['add-key', '1', '--public-key', 'no-such-file'], /^The public key cannot be read: .*no-such-file'\.\n$/, 1],
    [['status', '--jason'], /^Unknown option '--jason' \(Did you mean --json\?\) /, 2],
    [['skip', '5', '--yes'], /^--reason is missing\.\n$/, 2],
    [['release', '--reason', 'x', '--yes'], /^--operator is missing\.\n$/, 2],
  ]
  for (const [words, sentence, code] of mistakes) {
    const typed = await type({ OPERATOR_URL: url, OPERATOR_TOKEN: 'token' }, ...words)
    expect(typed.errors, words.join(' ')).toMatch(sentence)
    expect(typed.errors.trim().split('\n')).toHaveLength(1)
    expect(typed).toMatchObject({ code, output: '' })
  }
  expect(calls).toBe(0)
  expect((await type({ OPERATOR_URL: url, OPERATOR_TOKEN: 'token' }, 'status')).code).toBe(0)
  expect(calls).toBe(1)
})

test('without an exchange, it says how to name one', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'uptick-empty-'))
  const typed = await type({}, 'status', '--data', empty)
  rmSync(empty, { recursive: true })
  expect(typed.errors).toMatch(/^No exchange runs on .*npm start.*--data.*OPERATOR_URL/)
  expect((await type({}, '--help')).output).toContain('add-account carol')
})
