import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LEASE_MS_DEFAULT } from '@uptick/link'
import { FlowRandom } from '../src/flow/random.ts'
import { Siege } from '../testing/siege.ts'

/*
 * Faults of processes, at random from a seed, while traders trade: SIGTERM, SIGKILL, SIGSTOP past the lease and SIGCONT
 * of every role, ended connections of PostgreSQL, restarts of PostgreSQL. After each fault all records are compared.
 * CHAOS_ROUNDS is the number of faults, and CHAOS_SEED selects them; no kind is repeated before all others occurred.
 */
const ROUNDS = Number(process.env['CHAOS_ROUNDS'] ?? 6)
const SEED = Number(process.env['CHAOS_SEED'] ?? 1)
const PLACES = ['leader', 'standby', 'gateway-1', 'gateway-2', 'recorder'] as const

interface Blow {
  readonly name: string
  /** Resolves when the fault is over; traders trade meanwhile. */
  readonly deal: (random: FlowRandom) => Promise<void>
}

let siege: Siege
beforeAll(async () => {
  siege = await Siege.begin(SEED)
}, 120_000)
afterAll(() => siege.end(), 120_000)

const blows: readonly Blow[] = [
  ...PLACES.flatMap((place) => [
    { name: `SIGTERM of ${place}`, deal: () => signal(place, 'SIGTERM') },
    { name: `SIGKILL of ${place}`, deal: () => signal(place, 'SIGKILL') },
    {
      name: `SIGSTOP of ${place}`,
      deal: (random: FlowRandom) => freeze(place, LEASE_MS_DEFAULT + 300 + random.below(2_000)),
    },
    { name: `short SIGSTOP of ${place}`, deal: (random: FlowRandom) => freeze(place, 50 + random.below(1_000)) },
  ]),
  // No new client is admitted meanwhile; connected ones continue to trade.
  { name: 'SIGSTOP of supervisor', deal: (random) => freeze('supervisor', 500 + random.below(2_000)) },
  { name: 'every connection of PostgreSQL ended', deal: () => endBackends(1) },
  { name: 'some connections of PostgreSQL ended', deal: (random) => endBackends(0.2 + random.below(60) / 100) },
  // SIGINT is PostgreSQL's fast shutdown; the supervisor starts it again.
  { name: 'PostgreSQL restarted', deal: () => signal('postgres', 'SIGINT') },
]

test(`${ROUNDS} random faults under load, seed ${SEED}`, { timeout: ROUNDS * 60_000 + 60_000 }, async () => {
  const random = new FlowRandom(SEED)
  let left: Blow[] = []
  for (let round = 0; round < ROUNDS; round++) {
    if (left.length === 0) left = [...blows]
    const [blow] = left.splice(random.below(left.length), 1)
    const before = await siege.epoch()
    const { findings, outageMs } = await siege.round(200 + random.below(800), () => blow!.deal(random))
    const after = await siege.epoch()
    process.stdout.write(`round ${round + 1}: ${blow!.name}, ${story(outageMs)}, epoch ${before} → ${after}\n`)
    expect(findings, `round ${round}, ${blow!.name}, seed ${SEED}`).toEqual([])
    // A leader that was frozen past its lease does not lead any more, although its process runs.
    if (blow!.name === 'SIGSTOP of leader') expect(after).toBeGreaterThan(before)
  }
  expect(siege.witnesses.accounts.every(({ seen }) => seen > 100)).toBe(true)
})

async function signal(place: string, name: NodeJS.Signals): Promise<void> {
  process.kill(await siege.processOf(place), name)
}

async function freeze(place: string, ms: number): Promise<void> {
  const id = await siege.processOf(place)
  process.kill(id, 'SIGSTOP')
  try {
    await delay(ms)
  } finally {
    process.kill(id, 'SIGCONT')
  }
}

/** @param part of all connections of the exchange, 0 … 1, drawn by PostgreSQL */
async function endBackends(part: number): Promise<void> {
  await siege.witnesses.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND random() < $1`,
    [part],
  )
}

function story(outageMs: number): string {
  const { told, truth } = siege.witnesses
  const fates = `${told.count('acknowledged')} acknowledged, ${told.count('refused')} refused, ${told.count('unknown')} unknown`
  return `traded on after ${Math.round(outageMs)} ms; ${fates}, ${truth.sequence} commands in the journal`
}
