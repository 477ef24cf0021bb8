import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'

const FIXTURE = fileURLToPath(new URL('../testing/talkative-fixture.ts', import.meta.url))
const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** A service that writes lines without end, and warnings, to what `stdio` says. */
async function launch(stdio: number | 'pipe'): Promise<{ child: ChildProcess; url: string }> {
  const port = await freePort()
  const child = spawn(process.execPath, [FIXTURE], {
    env: { OPS_PORT: String(port) },
    stdio: ['ignore', stdio, stdio],
  })
  children.push(child)
  return { child, url: `http://127.0.0.1:${port}` }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A metric of the service, as soon as it is as wanted. */
async function metric(url: string, name: string, wanted: (value: number) => boolean): Promise<number> {
  for (;;) {
    const text = await fetch(`${url}/metrics?name[]=${name}`).then(
      (response) => response.text(),
      () => '',
    )
    const value = Number(/\} (\d+)/.exec(text)?.[1] ?? Number.NaN)
    if (wanted(value)) return value
    await delay(10)
  }
}

const isPositive = (value: number): boolean => value > 0

test('on a full disk a service continues, counts what it drops, says so and ends when it is asked to', async () => {
  const full = openSync('/dev/full', 'w')
  const { child, url } = await launch(full)
  closeSync(full)
  expect(await metric(url, 'log_write_failures_total', isPositive)).toBeGreaterThan(0)
  expect(await metric(url, 'log_lines_dropped_total', isPositive)).toBeGreaterThan(0)
  const ready = await fetch(`${url}/readyz`)
  // Known, and no reason to be out of rotation.
  expect(ready.status).toBe(200)
  expect(JSON.parse(await ready.text())).toMatchObject({
    conditions: expect.arrayContaining([
      { name: 'log', met: false, reason: expect.stringContaining('ENOSPC'), isAdvisory: true },
    ]),
  })
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('a service whose reader is gone continues, and ends when it is asked to', async () => {
  const { child, url } = await launch('pipe')
  child.stdout?.destroy()
  child.stderr?.destroy()
  expect(await metric(url, 'log_lines_dropped_total', isPositive)).toBeGreaterThan(0)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('a reader that does not read delays no process, and what waits for it is bounded', async () => {
  const { child, url } = await launch('pipe')
  expect(await metric(url, 'log_lines_dropped_total', isPositive)).toBeGreaterThan(0)
  expect((await fetch(`${url}/livez`)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})
