import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { Lifecycle } from '../src/lifecycle.ts'
import { createLogger } from '../src/logging.ts'
import { createMetrics } from '../src/metrics.ts'
import { FLAG_NAMES } from '../src/flags/declared.ts'
import { Flags, type FlagConfig } from '../src/flags/flags.ts'

const undo: (() => void)[] = []
afterEach(() => {
  for (const run of undo.splice(0).toReversed()) run()
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'uptick-flags-'))
  undo.push(() => rmSync(path, { recursive: true }))
  return path
}

/** Definitions of one flag, on for a percentage of accounts. */
function definitions(percent: number, name = 'plain-http'): string {
  const parameters = { rollout: String(percent), stickiness: 'userId', groupId: name }
  return JSON.stringify({
    version: 2,
    features: [{ name, enabled: true, strategies: [{ name: 'flexibleRollout', parameters, constraints: [] }] }],
  })
}

async function openFlags(config: Partial<FlagConfig>) {
  const closing: (() => void)[] = []
  const lifecycle = new Lifecycle()
  const metrics = createMetrics({ service: 'test', defaults: false })
  const flags = await Flags.open({
    config: {
      FLAGS_FILE: '',
      FLAGS_URL: '',
      FLAGS_TOKEN: 'token-of-the-test',
      FLAGS_POLL_MS: 500,
      FLAGS_KEPT_IN: '',
      FLAGS_ENVIRONMENT: 'test',
      ...config,
    },
    name: 'test',
    instance: 'test-1',
    log: createLogger({ name: 'test', level: 'silent' }),
    metrics,
    lifecycle,
    onShutdown: (_name, _boundMs, run) => closing.push(run),
    fileEveryMs: 10,
  })
  const close = (): void => {
    for (const run of closing.splice(0).toReversed()) run()
  }
  undo.push(close)
  return { flags, lifecycle, metrics, close }
}

/** A server in Unleash's place; the client API is all that is asked of it. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    // The client also registers, and reports how often a flag was on.
    if (request.method === 'POST') response.writeHead(202).end()
    else answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undo.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`
}

test('without Unleash and without a file the declared defaults hold', async () => {
  const { flags } = await openFlags({})
  expect(flags.isOn('plain-http')).toBe(true)
  expect(flags.state().flags.map(({ source }) => source)).toEqual(FLAG_NAMES.map(() => 'default'))
})

test('a file is evaluated, and read again when it changes; a damaged one leaves what was', async () => {
  const path = join(folder(), 'flags.json')
  writeFileSync(path, definitions(0))
  const { flags, lifecycle, metrics } = await openFlags({ FLAGS_FILE: path })
  expect(flags.isOn('plain-http')).toBe(false)
  expect(flags.isOn('shared-limits')).toBe(true)
  writeFileSync(path, definitions(100))
  await expect.poll(() => flags.isOn('plain-http', { account: 1 })).toBe(true)
  writeFileSync(path, '{"version":2,"features":[{"name":"plain-http"}]}')
  await expect.poll(() => lifecycle.condition('flag-file')?.met).toBe(false)
  expect(lifecycle.condition('flag-file')?.reason).toContain('enabled')
  expect(flags.isOn('plain-http', { account: 1 })).toBe(true)
  expect(await metrics.metrics()).toMatch(/flag_decisions_total\{flag="plain-http",variant="off",service="test"\} \d+/)
})

test('a file that cannot be used at the start is a mistake of the configuration', async () => {
  const path = join(folder(), 'flags.json')
  await expect(openFlags({ FLAGS_FILE: path })).rejects.toThrow(/FLAGS_FILE .* cannot be used/)
  writeFileSync(path, '[]')
  await expect(openFlags({ FLAGS_FILE: path })).rejects.toThrow(/FLAGS_FILE .* cannot be used/)
})

test('an account stays on its side of a percentage while the percentage grows', async () => {
  const path = join(folder(), 'flags.json')
  writeFileSync(path, definitions(10))
  const { flags } = await openFlags({ FLAGS_FILE: path })
  const accounts = Array.from({ length: 1_000 }, (_, account) => account + 1)
  const on = (): Set<number> => new Set(accounts.filter((account) => flags.isOn('plain-http', { account })))
  const tenth = on()
  expect(on()).toEqual(tenth)
  expect(tenth.size).toBeGreaterThan(60)
  expect(tenth.size).toBeLessThan(140)
  writeFileSync(path, definitions(50))
  await expect.poll(() => on().size).toBeGreaterThan(400)
  expect([...tenth].filter((account) => !on().has(account))).toEqual([])
})

test('operators see how far a rollout is, and the side of an account', async () => {
  const path = join(folder(), 'flags.json')
  writeFileSync(path, definitions(30, 'amend-keep-priority'))
  const { flags } = await openFlags({ FLAGS_FILE: path })
  const amending = (account?: number) => flags.state(account).flags.find(({ name }) => name === 'amend-keep-priority')
  expect(amending()).toMatchObject({ isOn: undefined, percent: 30, source: 'file' })
  const accounts = Array.from({ length: 100 }, (_, index) => index + 1)
  const shown = accounts.map((account) => amending(account)?.isOn)
  expect(shown).toEqual(accounts.map((account) => flags.isOn('amend-keep-priority', { account })))
  expect(new Set(shown)).toEqual(new Set([true, false]))
})

test('Unleash goes before the file, and what it said last holds when it is gone or talks nonsense', async () => {
  const path = join(folder(), 'flags.json')
  writeFileSync(path, definitions(100))
  let answer: RequestListener = (_request, response) => void response.end(definitions(0))
  const asked: (string | undefined)[] = []
  const url = await serve((request, response) => {
    asked.push(request.headers.authorization)
    answer(request, response)
  })
  const { flags, lifecycle } = await openFlags({ FLAGS_URL: url, FLAGS_FILE: path })
  await expect.poll(() => flags.state().flags[0]?.source, { timeout: 5_000 }).toBe('unleash')
  expect([flags.isOn('plain-http', { account: 1 }), asked[0]]).toEqual([false, 'token-of-the-test'])
  await expect.poll(() => lifecycle.condition('flags')?.met, { timeout: 5_000 }).toBe(true)
  for (const nonsense of ['<html>', '{"version":2', '{}', 'null']) {
    const before = asked.length
    answer = (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(nonsense)
    await expect.poll(() => asked.length, { timeout: 10_000 }).toBeGreaterThan(before + 1)
    expect([nonsense, flags.isOn('plain-http', { account: 1 })]).toEqual([nonsense, false])
  }
})

test('a flag that is being made in Unleash decides nothing before it has a strategy', async () => {
  const features = [{ name: 'plain-http', enabled: false, strategies: [] }]
  let text = JSON.stringify({ version: 2, features })
  const url = await serve((_request, response) => void response.end(text))
  const { flags, lifecycle } = await openFlags({ FLAGS_URL: url })
  await expect.poll(() => lifecycle.condition('flags')?.met, { timeout: 5_000 }).toBe(true)
  expect([flags.isOn('plain-http'), flags.state().flags[0]?.source]).toEqual([true, 'default'])
  text = definitions(0)
  await expect.poll(() => flags.isOn('plain-http', { account: 1 }), { timeout: 5_000 }).toBe(false)
})

test('an Unleash that never answers delays nothing: the file holds, and readiness does not depend on it', async () => {
  const path = join(folder(), 'flags.json')
  writeFileSync(path, definitions(0))
  const url = await serve(() => undefined)
  const { flags, lifecycle } = await openFlags({ FLAGS_URL: url, FLAGS_FILE: path })
  expect(flags.isOn('plain-http', { account: 1 })).toBe(false)
  expect(flags.state().flags[0]?.source).toBe('file')
  lifecycle.markStarted()
  expect([lifecycle.readiness().ok, lifecycle.condition('flags')?.met]).toEqual([true, false])
})

test('a process that starts while Unleash is gone begins with what the one before was told', async () => {
  const kept = folder()
  let isGone = false
  const url = await serve((_request, response) => {
    if (isGone) response.destroy()
    else response.end(definitions(0))
  })
  const first = await openFlags({ FLAGS_URL: url, FLAGS_KEPT_IN: kept })
  await expect.poll(() => first.lifecycle.condition('flags')?.met, { timeout: 5_000 }).toBe(true)
  isGone = true
  const second = await openFlags({ FLAGS_URL: url, FLAGS_KEPT_IN: kept })
  await expect.poll(() => second.flags.state().flags[0]?.source, { timeout: 5_000 }).toBe('unleash')
  expect([second.flags.isOn('plain-http', { account: 1 }), second.lifecycle.condition('flags')?.met]).toEqual([
    false,
    false,
  ])
})

test('a poll that fails after the flags were closed harms nobody', async () => {
  const polls: ServerResponse[] = []
  const url = await serve((_request, response) => void polls.push(response))
  const { close } = await openFlags({ FLAGS_URL: url })
  await expect.poll(() => polls.length).toBe(1)
  close()
  const unhandled: unknown[] = []
  const note = (error: unknown): void => void unhandled.push(error)
  process.once('unhandledRejection', note)
  undo.push(() => process.off('unhandledRejection', note))
  // Answered, not cut: a connection that is cut is tried again.
  polls[0]?.writeHead(200, { 'content-type': 'application/json' }).end('<html>')
  await new Promise((resolve) => polls[0]?.once('close', resolve))
  for (let turns = 0; turns < 100; turns++) await new Promise((resolve) => setImmediate(resolve))
  expect(unhandled).toEqual([])
})
