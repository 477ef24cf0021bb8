import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ControlClient } from '../src/control/control-client.ts'
import { TestExchange } from './start-exchange.ts'

const main = fileURLToPath(new URL('../../operator/src/main.ts', import.meta.url))

const READY_MS_MAX = 60_000

interface Typed {
  readonly code: number
  readonly output: string
  readonly errors: string
}

/** What a person types after `npm run operator --`. */
function type(folder: string, ...words: string[]): Promise<Typed> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' }
  return new Promise((done) => {
    execFile(process.execPath, [main, ...words, '--data', folder], { env }, (error, output, errors) => {
      done({ code: error === null ? 0 : Number(error.code), output, errors })
    })
  })
}

/** The same, for a reader that goes before anything is printed. */
function typeUnheard(folder: string, ...words: string[]): Promise<Typed> {
  return typeInto('pipe', folder, ...words)
}

/** The same, with an open file for its output. */
async function typeInto(output: 'pipe' | number, folder: string, ...words: string[]): Promise<Typed> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' }
  const child = spawn(process.execPath, [main, ...words, '--data', folder], { env, stdio: ['ignore', output, 'pipe'] })
  child.stdout?.destroy()
  let errors = ''
  child.stderr!.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  return { code, output: '', errors }
}

let exchange: TestExchange
beforeAll(async () => {
  exchange = await TestExchange.start()
}, 90_000)
afterAll(() => exchange.remove(), 60_000)

test('a trader from nothing, as the help says', async () => {
  const { folder } = exchange
  const added = await type(folder, 'add-account', 'carol', '--json')
  const { account } = JSON.parse(added.output)
  const number = String(account)
  for (let time = 1; time <= 2; time++)
    expect(await type(folder, 'deposit', number, '10000', 'USDT', '--reference', 'first')).toMatchObject({ code: 0 })
  expect((await type(folder, 'account', number)).output).toMatch(/USDT +10000\.00000000 +0\.00000000\n/)
  expect(await type(folder, 'deposit', number, '5', 'DOGE')).toEqual({
    code: 1,
    output: '',
    errors: 'NOT_FOUND: there is no asset DOGE\n',
  })
  expect((await type(folder, 'withdraw', number, '10000.01', 'USDT')).errors).toMatch(
    /^INSUFFICIENT_FUNDS_TO_WITHDRAW: /,
  )
  const key = JSON.parse((await type(folder, 'add-key', number, '--label', 'laptop', '--json')).output)
  expect(key.secret).toHaveLength(64)
  expect((await type(folder, 'keys', '--account', number)).output).toContain(key.apiKey)
  const bound = await type(folder, 'add-key', number, '--addresses', '192.0.2.7, 2001:DB8::/32', '--json')
  expect(JSON.parse(bound.output).addresses).toEqual(['192.0.2.7', '2001:db8::/32'])
  expect((await type(folder, 'add-key', number, '--addresses', 'not an ip')).errors).toMatch(
    /^ADDRESSES: "not an ip" is no IPv4 or IPv6 address/,
  )
  expect((await type(folder, 'add-key', number, '--addresses', '192.0.2.7,')).errors).toMatch(/^--addresses is a list/)
  expect(JSON.parse((await type(folder, 'revoke-key', key.apiKey, '--yes', '--json')).output).status).toBe('REVOKED')
  expect(JSON.parse((await type(folder, 'freeze', number, '--json')).output)).toEqual({ account, status: 'FROZEN' })
  const listed = JSON.parse((await type(folder, 'accounts', 'arol', '--json')).output)
  expect(listed).toEqual({ accounts: [{ account, label: 'carol', status: 'FROZEN' }] })
  expect((await type(folder, 'accounts', '--after', number)).output).not.toContain('carol')
})

test('a request is executed although its answer is not read', async () => {
  const { folder } = exchange
  const silent = { code: 0, output: '', errors: '' }
  expect(await typeUnheard(folder, 'add-account', 'dave')).toEqual(silent)
  expect(await typeUnheard(folder, 'accounts')).toEqual(silent)
  expect((await type(folder, 'accounts', 'dave')).output).toContain('dave')
  expect(await typeUnheard(folder, 'account', '999999')).toMatchObject({ code: 1 })
  const { account } = JSON.parse((await type(folder, 'add-account', 'erin', '--json')).output)
  expect(await typeUnheard(folder, 'deposit', String(account), '5', 'USDT')).toEqual(silent)
  expect((await type(folder, 'account', String(account))).output).toMatch(/USDT +5\.0+ /)
})

test.skipIf(!existsSync('/dev/full'))('a full disk below the answer is said, and that it was done', async () => {
  const { folder } = exchange
  const full = openSync('/dev/full', 'w')
  const { code, errors } = await typeInto(full, folder, 'add-account', 'frank')
  closeSync(full)
  expect(code).toBe(1)
  expect(errors).toMatch(/^The output cannot be written: ENOSPC[^\n]*\. What was asked for goes on without it\.\n$/)
  expect((await type(folder, 'accounts', 'frank')).output).toContain('frank')
})

test('what a terminal would obey is refused in labels, in one sentence', async () => {
  const { folder } = exchange
  for (const label of ['a\nb\u001b[31m', 'gina\u009b1m', 'gina\u202e', 'gina\t']) {
    const { code, output, errors } = await type(folder, 'add-account', label)
    expect({ code, output }).toEqual({ code: 1, output: '' })
    expect(errors).toBe('INVALID: label has control characters, line breaks or marks of direction\n')
    expect((await type(folder, 'add-key', '1', '--label', label)).code).toBe(1)
  }
  expect((await type(folder, 'accounts', 'gina')).output).not.toContain('gina')
  const { errors } = await type(folder, 'symbols', 'BTC\u001b[31m')
  expect(errors).toBe('NOT_FOUND: there is no symbol BTC\\u001b[31m\n')
})

test('filters that no order can pass are refused, and the sentence names them', async () => {
  const { folder } = exchange
  const refused = await type(folder, 'set-filters', 'BTCUSDT', 'minPrice=10', 'maxPrice=5')
  expect(refused).toMatchObject({ code: 1, output: '' })
  expect(refused.errors).toMatch(/^INVALID: [^\n]*minPrice[^\n]*maxPrice[^\n]*\n$/)
  expect((await type(folder, 'set-filters', 'BTCUSDT', 'maxOrders=99999999999999')).errors).toMatch(/maxOrders/)
})

test('the weight that a client is told is that of both gateways', async () => {
  let [sent, told, attempts] = [0, 0, 0]
  // A new connection each time, so that the gateways take turns.
  for (; sent < 40 && attempts < 200; attempts++) {
    const { headers } = await fetch(`${exchange.url}/api/v3/ping`, { headers: { connection: 'close' } })
    const used = Number(headers.get('x-mbx-used-weight'))
    // Another minute has begun.
    if (used < told / 2) sent = 0
    ;[sent, told] = [sent + 1, used]
  }
  expect(sent).toBe(40)
  // Each knows of its own half; of the other's all but what came since their last exchange.
  expect(told).toBeGreaterThan(30)
})

test('a listing, a halt, and the phases back', async () => {
  const { folder } = exchange
  expect((await type(folder, 'add-asset', 'SOL', '8')).code).toBe(0)
  const listed = await type(
    folder,
    'add-symbol',
    'SOL',
    'USDT',
    '--price-decimals',
    '3',
    '--quantity-decimals',
    '3',
    'maxOrders=500',
  )
  expect(listed).toMatchObject({ code: 0, errors: '' })
  expect(JSON.parse((await type(folder, 'symbols', 'SOLUSDT', '--json')).output).filters.maxOrders).toBe(500)
  expect((await type(folder, 'symbols', 'BTCUSDT')).output).toMatch(/"tickSize":"0\.01"/)
  expect(await type(folder, 'halt', 'SOLUSDT')).toMatchObject({ code: 2, output: '' })
  expect((await type(folder, 'symbols')).output).not.toMatch(/HALT/)
  expect((await type(folder, 'halt', 'SOLUSDT', '--yes')).code).toBe(0)
  expect((await type(folder, 'symbols')).output).toMatch(/SOLUSDT +HALT /)
  expect((await type(folder, 'phase', 'trading', 'SOLUSDT')).code).toBe(0)
  expect((await type(folder, 'symbols')).output).not.toMatch(/HALT/)
})

async function leader(): Promise<string> {
  for (const began = performance.now(); performance.now() - began < READY_MS_MAX; await delay(50)) {
    const { leader: name, processes } = await ControlClient.find(exchange.folder).status()
    if (name !== undefined && processes.every(({ ready }) => ready)) return name
  }
  throw new Error('nobody leads, or not everybody is ready')
}

test('another engine leads when told to', async () => {
  const before = await leader()
  const typed = await type(exchange.folder, 'handoff', '--json')
  expect(typed).toMatchObject({ code: 0, errors: '' })
  expect(JSON.parse(typed.output).successor).toMatch(/^ws:/)
  expect(await leader()).not.toBe(before)
})

test('rows that the journal has lost are appended again by an engine that holds them', async () => {
  const { folder } = exchange
  const added = JSON.parse((await type(folder, 'add-account', 'dora', '--json')).output)
  const number = String(added.account)
  await type(folder, 'deposit', number, '1', 'BTC')
  await type(folder, 'deposit', number, '2', 'BTC')
  expect((await type(folder, 'repair', '--yes')).errors).toBe('NOTHING_LOST: no engine is ahead of the journal\n')
  const accept = ['release', '--reason', 'a test', '--operator', 'ines', '--yes']
  expect((await type(folder, ...accept)).errors).toBe('NOT_RELEASED: the shard is not halted\n')
  const lost = await loseBatches(2)
  const halted = async (): Promise<boolean> => {
    const { processes } = await ControlClient.find(folder).status()
    return processes.some(({ role }) => role === 'halted')
  }
  while (!(await halted())) await delay(50)
  const repaired = await type(folder, 'repair', '--yes', '--json')
  expect(repaired).toMatchObject({ code: 0, errors: '' })
  expect(JSON.parse(repaired.output)).toMatchObject({ appended: lost })
  await leader()
  expect((await type(folder, 'account', number)).output).toMatch(/BTC +3\.00000000 /)
  expect((await type(folder, 'deposit', number, '4', 'BTC')).code).toBe(0)
  expect((await type(folder, 'account', number)).output).toMatch(/BTC +7\.00000000 /)
}, 90_000)

/** What a fail-over to a replica that was behind does to the journal. Answers with how many batches are gone. */
async function loseBatches(count: number): Promise<number> {
  const client = new pg.Client({ connectionString: exchange.running.databaseUrl })
  await client.connect()
  try {
    await client.query('BEGIN')
    await client.query('SELECT 1 FROM journal_head FOR UPDATE')
    const { rowCount } = await client.query(
      `DELETE FROM journal_batch WHERE first_sequence IN
         (SELECT first_sequence FROM journal_batch ORDER BY first_sequence DESC LIMIT $1)`,
      [count],
    )
    await client.query('UPDATE journal_head SET last = (SELECT max(last_sequence) FROM journal_batch)')
    await client.query('COMMIT')
    return rowCount ?? 0
  } finally {
    await client.end()
  }
}
