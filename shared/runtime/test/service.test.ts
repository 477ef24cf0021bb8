import { afterEach, expect, test } from 'vitest'
import { killChildren, launch as launchFixture } from '../testing/launch.ts'

const launch = (environment: Record<string, string>) => launchFixture('./service-fixture.ts', environment)

afterEach(killChildren)

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
  const named = await fetch(`http://127.0.0.1:${opsPort}/metrics?name[]=lifecycle_state&name[]=unknown`)
  const names = (await named.text()).split('\n').flatMap((line) => /^\w+/.exec(line)?.[0] ?? [])
  expect(new Set(names)).toEqual(new Set(['lifecycle_state']))
  child.kill('SIGTERM')
  expect((await exit)[0]).toBe(0)
  const steps = lines.flatMap(({ msg }) => /^shutdown step (.+) done$/.exec(msg ?? '')?.[1] ?? [])
  expect(steps).toEqual(['second', 'first', 'event-loop', 'ops'])
})

test('after a second signal a stuck step does not keep the others from running', async () => {
  const { child, lines, logged, exit } = launch({ STUCK: 'true' })
  await logged('fixture runs')
  child.kill('SIGTERM')
  await logged('stopping')
  child.kill('SIGINT')
  expect((await exit)[0]).toBe(1)
  expect(lines.flatMap(({ msg }) => /^shutdown step (.+)$/.exec(msg ?? '')?.[1] ?? [])).toEqual([
    'second cut',
    'first done',
    'event-loop done',
    'ops done',
  ])
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
