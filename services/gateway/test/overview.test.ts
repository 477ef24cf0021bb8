import { FaultyProxy } from '@uptick/journal/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NowEvent, Overview, PastEvent } from '../src/overview/view.ts'
import { EventReader } from './event-reader.ts'
import { RunningExchange } from './running-exchange.ts'

const AUTHORIZATION = { authorization: 'Bearer operator-token-of-the-tests' }

let exchange: RunningExchange

beforeAll(async () => {
  exchange = await RunningExchange.start({ INSTANCE: 'gateway-1', RELEASE: '1.0.0' }, 2)
})

afterAll(() => exchange.stop())

async function overview(): Promise<Overview> {
  return (await exchange.operate('GET', '/overview')) as unknown as Overview
}

/** The first overview of the stream that is as expected. */
async function seen(isExpected: (overview: Overview) => boolean, by = exchange.gateway): Promise<Overview> {
  await using stream = await EventReader.open(`${by.operatorUrl}/overview/stream`, AUTHORIZATION)
  for await (const { data } of stream) {
    const { overview: shown } = data as PastEvent | NowEvent
    if (isExpected(shown)) return shown
  }
  throw new Error('the stream ended')
}

const states = ({ processes }: Overview) => processes.map(({ kind, state }) => `${kind} ${state}`).toSorted()

test('it shows every process of the shard, and what each runs', async () => {
  const shown = await seen((now) => states(now).includes('engine standby'))
  expect(states(shown)).toEqual(['engine leading', 'engine standby', 'gateway serving'])
  expect(shown).toMatchObject({ source: 'leader', gateway: 'gateway-1', isDatabaseAway: false, silent: [] })
  expect(shown.leader).toMatchObject({ epoch: 1, hash: expect.stringMatching(/^[0-9a-f]{16}$/) })
  const gateway = shown.processes.find(({ kind }) => kind === 'gateway')
  expect(gateway).toMatchObject({ name: 'gateway-1', release: '1.0.0', isReady: true, unmet: [] })
  expect(gateway?.id).toMatch(/^gateway-1-[0-9a-f]{12}$/)
  expect((await overview()).flags.flags.map(({ name }) => name)).toContain('plain-http')
})

test('another gateway is seen, with its release, drains, and is gone', async () => {
  const other = await exchange.startGateway({ INSTANCE: 'gateway-2', RELEASE: '2.0.0', DRAIN_FLOOR_MS: 1_500 })
  const isThere = ({ processes }: Overview, state: string) =>
    processes.some((each) => each.name === 'gateway-2' && each.release === '2.0.0' && each.state === state)
  await seen((now) => isThere(now, 'serving'))
  const stopped = other.stop()
  await seen((now) => isThere(now, 'draining'))
  await stopped
  const after = await seen(({ processes }) => processes.every(({ name }) => name !== 'gateway-2'))
  expect(after.processes.map(({ name }) => name)).toContain('gateway-1')
})

test('the stream needs the token', async () => {
  const response = await fetch(`${exchange.gateway.operatorUrl}/overview/stream`)
  expect(response.status).toBe(401)
})

test('a killed leader is shown as silent, and the change of leader is on the timeline', async () => {
  await using stream = await EventReader.open(`${exchange.gateway.operatorUrl}/overview/stream`, AUTHORIZATION)
  const first = (await stream.next()).value?.data as PastEvent
  const epoch = first.overview.leader?.epoch ?? 0
  const url = first.overview.processes.find(({ state }) => state === 'leading')?.url
  const index = exchange.engineUrls.findIndex((each) => each === url)
  const killed = exchange.engines[index]?.stop('SIGKILL')
  const marks: string[] = []
  for await (const { data } of stream) {
    const { overview: now, marks: news } = data as NowEvent
    marks.push(...news.filter(({ to }) => to !== null).map(({ kind, text }) => `${kind}: ${text}`))
    if (now.leader?.epoch === epoch + 1 && now.silent.some((silent) => silent.url === url)) break
  }
  await killed
  expect(marks).toContainEqual(expect.stringMatching(/^leader: epoch 2: .* leads$/))
  await exchange.startEngine(index)
  const after = await seen((now) => states(now).includes('engine standby'))
  expect(after.silent).toEqual([])
})

test('with PostgreSQL away it says so, and keeps showing what it knows', async () => {
  const proxy = await FaultyProxy.inFrontOf(exchange.database.url)
  const cut = await exchange.startGateway({ INSTANCE: 'cut', DATABASE_URL: proxy.url(exchange.database.url) })
  proxy.silence()
  const shown = await seen(({ isDatabaseAway }) => isDatabaseAway, cut)
  expect(states(shown)).toContain('engine leading')
  await cut.stop()
  await proxy.close()
})

test('without any engine it shows the last known state, and since when', async () => {
  await Promise.all(exchange.engines.map((engine) => engine.stop('SIGKILL')))
  const shown = await seen(({ source }) => source === 'nothing')
  expect(shown.leader?.epoch).toBe(2)
  expect(shown.leaderlessSince).toBeGreaterThanOrEqual(shown.leader?.seenAt ?? Number.POSITIVE_INFINITY)
  expect(shown.silent.map(({ url }) => url).toSorted()).toEqual(exchange.engineUrls.toSorted())
  expect(shown.processes.find(({ name }) => name === 'gateway-1')).toMatchObject({
    state: 'not-ready',
    unmet: [{ name: 'leader-known', reason: 'no engine has welcomed this gateway' }],
  })
})
