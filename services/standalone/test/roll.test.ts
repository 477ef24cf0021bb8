import { setTimeout as delay } from 'node:timers/promises'
import { Samples } from '@uptick/runtime/samples'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ControlClient, RollError } from '../src/control/control-client.ts'
import type { RollStep } from '../src/control/protocol.ts'
import { TestExchange } from './start-exchange.ts'

const READY_MS_MAX = 30_000

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
    if (performance.now() - began > READY_MS_MAX) throw new Error(JSON.stringify(processes))
  }
}

async function ping(): Promise<number> {
  const response = await fetch(`${exchange.url}/api/v3/ping`, { headers: { connection: 'close' } })
  await response.body?.cancel()
  return response.status
}

test('the status has the leader, the sequence of each process, and which are ready', async () => {
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

/** What dashboards and alerts are made of; histograms by the name of their count. */
const METRICS = {
  engine: [
    'engine_role engine_epoch engine_sequence engine_durable_sequence engine_lag_commands engine_lease_remaining_seconds',
    'engine_batch_commands_count engine_batch_bytes_count engine_commit_duration_seconds_count engine_queued_commands',
    'engine_appends_in_flight engine_replies_held engine_unanswered_commands engine_links engine_standbys engine_fed',
    'engine_hand_off_duration_seconds_count engine_take_over_duration_seconds_count engine_diverged engine_hash_low',
  ],
  gateway: [
    'gateway_requests_total gateway_request_duration_seconds_count gateway_hold_duration_seconds_count gateway_hold_exceeded_total',
    'gateway_link_connected gateway_link_epoch gateway_link_sequence gateway_link_queued_commands gateway_link_unanswered_commands',
    'gateway_websocket_connections drain_active drain_http_connections drain_sockets_remaining drain_requests_total',
  ],
  recorder: [
    'recorder_recorded_sequence recorder_lag_sequences recorder_lag_seconds recorder_rows_total',
    'recorder_commands_total recorder_transaction_duration_seconds_count recorder_transaction_commands_count',
  ],
}
const EVERYWHERE = 'readiness_condition lifecycle_state process_cpu_seconds_total nodejs_eventloop_lag_seconds'

test('every process tells what it does on a port of its own', async () => {
  // Connections are handed out turn about: each gateway has answered something.
  for (let asked = 0; asked < 4; asked++) expect(await ping()).toBe(200)
  for (const [name, url] of Object.entries(exchange.running.ops)) {
    const kind = name.replace(/-\d+$/, '') as keyof typeof METRICS
    const samples = Samples.parse(await (await fetch(`${url}/metrics`)).text())
    const wanted = [EVERYWHERE, ...METRICS[kind]].flatMap((names) => names.split(' '))
    expect(
      wanted.filter((metric) => samples.value(metric) === undefined),
      name,
    ).toEqual([])
  }
  const [one, two] = await Promise.all(
    ['engine-1', 'engine-2'].map(async (name) => {
      const response = await fetch(`${exchange.running.ops[name]}/metrics?name[]=engine_hash_low&name[]=engine_role`)
      return Samples.parse(await response.text())
    }),
  )
  expect(one?.value('engine_hash_low')).toBe(two?.value('engine_hash_low'))
  const roles = [one, two].map((samples) => samples?.state('engine_role', 'role'))
  expect(new Set(roles)).toEqual(new Set(['leading', 'standby']))
  expect(one?.value('engine_epoch')).toBeUndefined()
})

test('an operator has a standby lead', async () => {
  const { leader } = await control.status()
  await exchange.operator.call('POST', '/handoff')
  await ready()
  const after = await control.status()
  expect(after.leader).not.toBe(leader)
})
