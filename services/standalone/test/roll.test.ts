import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ControlClient, RollError } from '../src/control/control-client.ts'
import type { RollStep } from '../src/roll/roller.ts'
import { TestExchange } from './start-exchange.ts'

const READY_MAX_MS = 30_000

let exchange: TestExchange
let control: ControlClient
beforeAll(async () => {
  exchange = await TestExchange.start()
  control = ControlClient.find(exchange.folder)
}, 90_000)
afterAll(() => exchange.remove(), 60_000)

async function ready(): Promise<void> {
  for (const began = performance.now(); ; await delay(50)) {
    const { leader, processes } = await control.status()
    if (leader !== undefined && processes.every((one) => one.ready)) return
    if (performance.now() - began > READY_MAX_MS) throw new Error(JSON.stringify(processes))
  }
}

async function ping(): Promise<number> {
  const response = await fetch(`${exchange.url}/api/v3/ping`, { headers: { connection: 'close' } })
  await response.body?.cancel()
  return response.status
}

test('the status tells who leads, how far everybody is, and who is ready', async () => {
  await ready()
  const { leader, epoch, hash, sequence, processes } = await control.status()
  expect(processes.map(({ name }) => name)).toEqual(['engine-1', 'engine-2', 'recorder', 'gateway-1', 'gateway-2'])
  expect(processes.filter(({ role }) => role === 'leading').map(({ name }) => name)).toEqual([leader])
  expect(processes.find(({ role }) => role === 'standby')).toMatchObject({ ready: true, lag: 0, hash: 'equal' })
  expect(epoch).toBeGreaterThan(0)
  expect(sequence).toBeGreaterThan(0)
  expect(hash).toMatch(/^[0-9a-f]{16}$/)
})

test(
  'a roll replaces every process while requests are answered; a second roll is refused',
  { timeout: 60_000 },
  async () => {
    const before = exchange.running.processes
    const steps: RollStep[] = []
    const rolled = control.roll('all', (step) => steps.push(step))
    const second = await control.roll('gateway', () => undefined).catch((error: unknown) => error)
    expect(second).toBeInstanceOf(RollError)
    expect(second).toMatchObject({ refused: true, message: 'a roll of all is under way' })
    const state = { isDone: false }
    const done = rolled.finally(() => (state.isDone = true))
    const answers: number[] = []
    while (!state.isDone) {
      answers.push(await ping())
      await delay(10)
    }
    await done
    expect(answers.filter((status) => status !== 200)).toEqual([])
    expect(answers.length).toBeGreaterThan(20)
    const after = exchange.running.processes
    for (const name of ['engine-1', 'engine-2', 'recorder', 'gateway-1', 'gateway-2'])
      expect(after[name], name).not.toBe(before[name])
    expect(steps.map(({ what }) => what)).toContain('led by another')
    expect(steps.filter(({ what }) => what.includes('nothing cut'))).toHaveLength(2)
    await ready()
  },
)

test('a roll is refused while something is not ready', async () => {
  const recorder = exchange.running.processes['recorder']!
  process.kill(recorder, 'SIGSTOP')
  try {
    await expect(control.roll('gateway', () => undefined)).rejects.toThrow('not ready: recorder (does not answer)')
  } finally {
    process.kill(recorder, 'SIGCONT')
  }
  await ready()
})

test('kill -9 of a gateway leaves the other one serving', async () => {
  process.kill(exchange.running.processes['gateway-1']!, 'SIGKILL')
  const answers = await Promise.all(Array.from({ length: 20 }, () => ping()))
  expect(answers.filter((status) => status !== 200)).toEqual([])
  await ready()
})

test('an operator has a standby lead', async () => {
  const { leader } = await control.status()
  await exchange.operator.call('POST', '/handoff')
  await ready()
  const after = await control.status()
  expect(after.leader).not.toBe(leader)
})
