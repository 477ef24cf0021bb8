import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@uptick/postgres'
import { createDatabase, type TestDatabase } from '@uptick/journal/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCommand, type StartCommand } from './start-exchange.ts'

let database: TestDatabase
let folder = ''
const started: StartCommand[] = []
beforeAll(async () => {
  database = await createDatabase()
  folder = mkdtempSync(join(tmpdir(), 'uptick-surroundings-'))
})
afterAll(async () => {
  for (const { process: child, ended } of started) {
    if (child.exitCode === null) child.kill('SIGTERM')
    await ended
  }
  await database.drop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
})

async function start(data: string, environment: Record<string, string> = {}): Promise<StartCommand> {
  const port = String(await freePort())
  const args = ['--data', join(folder, data), '--port', port]
  const command = startCommand(args, { DATABASE_URL: database.url, ...environment })
  started.push(command)
  return command
}

test('a Redis that does not answer is mentioned, and the exchange opens', { timeout: 120_000 }, async () => {
  const redis = `redis://127.0.0.1:${await freePort()}`
  const exchange = await start('first', { REDIS_URL: redis })
  await exchange.open
  exchange.process.kill('SIGTERM')
  const { code, output } = await exchange.ended
  expect(output).toMatch(/! redis: .*/)
  expect(code).toBe(0)
})

test('another data folder on the same database is refused: its keys are sealed', { timeout: 120_000 }, async () => {
  const { code, errors } = await (await start('second')).ended
  expect(errors).toMatch(/KEY_ENCRYPTION_KEY does not open \d+ API keys of this database: another key sealed them/)
  expect(errors).not.toContain('unable to authenticate data')
  expect(code).toBe(1)
})

test('a REDIS_URL that is none is refused in one sentence', async () => {
  const { code, errors } = await (await start('third', { REDIS_URL: 'localhost' })).ended
  expect(errors).toBe('REDIS_URL is not of the form redis://HOST:PORT: localhost.\n')
  expect(code).toBe(2)
})

test('addresses of links that are none, or one for two engines, are refused in one sentence', async () => {
  for (const [data, urls] of [
    ['fifth', 'ws://127.0.0.1:1/link,http://127.0.0.1:2/link'],
    ['sixth', 'ws://127.0.0.1:1/link'],
  ] as const) {
    const { code, errors } = await (await start(data, { LINK_URLS: urls })).ended
    expect(errors).toBe(`LINK_URLS is not of the form ws://HOST:PORT/link,ws://HOST:PORT/link: ${urls}.\n`)
    expect(code).toBe(2)
  }
})

test('a policy of acknowledgement that engines do not know is refused by them', { timeout: 120_000 }, async () => {
  const { code, errors } = await (await start('fourth', { ACK_POLICY: 'sometimes' })).ended
  expect(errors).toContain('ACK_POLICY')
  expect(code).toBe(1)
})
