import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'

const fixture = fileURLToPath(new URL('../testing/service-fixture.ts', import.meta.url))
const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
})

interface Line {
  readonly msg?: string
  readonly level?: string
  readonly opsPort?: number
}

function launch(environment: Record<string, string>) {
  const child = spawn(process.execPath, [fixture], { env: { OPS_PORT: '0', ...environment } })
  children.push(child)
  const lines: Line[] = []
  const waiting: { text: string; resolve: (line: Line) => void }[] = []
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line: Line = JSON.parse(text)
    lines.push(line)
    for (const wait of waiting) if (line.msg?.includes(wait.text)) wait.resolve(line)
  })
  const logged = (text: string) =>
    new Promise<Line>((resolve) => {
      const seen = lines.find((line) => line.msg?.includes(text))
      if (seen) resolve(seen)
      else waiting.push({ text, resolve })
    })
  return { child, lines, logged, exit: once(child, 'exit') }
}

test('probes and metrics answer, SIGTERM runs the steps in reverse order and exits with 0', async () => {
  const { child, lines, logged, exit } = launch({})
  const { opsPort } = await logged('starting')
  await logged('fixture runs')
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${opsPort}${path}`)).status
  expect(await Promise.all(['/livez', '/readyz', '/startupz', '/metrics', '/other'].map(get))).toEqual([
    200, 503, 200, 200, 404,
  ])
  const text = await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text()
  expect(text).toContain('readiness_condition{condition="store",service="fixture"} 0')
  expect(text).toContain('nodejs_eventloop_lag_seconds')
  child.kill('SIGTERM')
  expect((await exit)[0]).toBe(0)
  const steps = lines.flatMap(({ msg }) => /^shutdown step (.+) done$/.exec(msg ?? '')?.[1] ?? [])
  expect(steps).toEqual(['second', 'first', 'event-loop', 'ops'])
})

test('a second signal exits at once', async () => {
  const { child, logged, exit } = launch({ STUCK: 'true' })
  await logged('fixture runs')
  child.kill('SIGTERM')
  await logged('stopping')
  child.kill('SIGINT')
  expect((await exit)[0]).toBe(1)
})

test('a fatal error is logged and exits with 1 after the steps', async () => {
  const { lines, exit } = launch({ THROW: 'true' })
  expect((await exit)[0]).toBe(1)
  expect(lines.some(({ level }) => level === 'fatal')).toBe(true)
  expect(lines.some(({ msg }) => msg === 'shutdown step first done')).toBe(true)
})

test('a bad configuration is one message and exit code 78', async () => {
  const { child, exit } = launch({ OPS_PORT: 'http' })
  let message = ''
  child.stderr?.on('data', (chunk) => (message += chunk))
  expect((await exit)[0]).toBe(78)
  expect(message).toContain('OPS_PORT must be integer, not "http"')
})
