import { Exchange } from '@uptick/core'
import { describe, expect, test } from 'vitest'
import { Cluster } from './simulation/cluster.ts'

/*
 * Engines as they ship on a virtual clock, from a seed: SIM_SEED is the first one, SIM_SEEDS how many. A failure names
 * its seed, which brings the same run again.
 */
const FIRST = Number(process.env['SIM_SEED'] ?? 1)
const COUNT = Number(process.env['SIM_SEEDS'] ?? 30)
const SHOW = process.env['SIM_SHOW'] !== undefined

async function simulate(seed: number): Promise<Cluster> {
  const cluster = new Cluster({ seed, engines: 3, clients: 2 })
  await cluster.run(1_000, 20)
  await cluster.run(20_000, 20, 1_000)
  await cluster.settle(20_000)
  return cluster
}

test(`${COUNT} seeds from ${FIRST}: nothing acknowledged is lost, nothing is done twice, all members agree`, async () => {
  const totals = new Map<string, number>()
  let commands = 0
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    const cluster = await simulate(seed)
    const violations = cluster.check()
    if (SHOW) process.stdout.write(`${cluster.events.join('\n')}\n`)
    if (violations.length > 0) process.stdout.write(`seed ${seed}: ${violations.slice(0, 10).join('; ')}\n`)
    expect(violations, `seed ${seed}: SIM_SEED=${seed} SIM_SEEDS=1 brings it again`).toEqual([])
    for (const [kind, count] of cluster.misfortunes) totals.set(kind, (totals.get(kind) ?? 0) + count)
    commands += cluster.clients.reduce((sum, { submitted }) => sum + submitted, 0)
  }
  const faults = [...totals].map(([kind, count]) => `${count} ${kind}`).join(', ')
  process.stdout.write(`seeds ${FIRST} … ${FIRST + COUNT - 1}: ${commands} commands, ${faults}\n`)
})

/** A state machine with one changed rule: an account of a certain name gets another one. */
class Diverging extends Exchange {
  override execute(...[command, sequence, time]: Parameters<Exchange['execute']>): ReturnType<Exchange['execute']> {
    if (command.text === 'account 40') command.text = 'account forty'
    return super.execute(command, sequence, time)
  }
}

test('a member with another rule is found by its hash, stays up, and never leads', async () => {
  for (const seed of [FIRST, FIRST + 1, FIRST + 2]) {
    const openExchange = (place: number): Exchange => (place === 1 ? new Diverging() : new Exchange())
    const cluster = new Cluster({ seed, engines: 3, clients: 2, openExchange })
    // Whoever is faster leads first; the others compare themselves with it.
    await cluster.run(1_000, 20)
    const first = cluster.engines.findIndex(({ role }) => role === 'leading')
    await cluster.run(2_000, 20)
    const odd = first === 1 ? [0, 2] : [1]
    expect(cluster.engines.flatMap(({ role }, place) => (role === 'diverged' ? [place] : []))).toEqual(odd)
    await cluster.settle(5_000)
    expect(cluster.engines.findIndex(({ role }) => role === 'leading')).toBe(first)
    expect(cluster.clients.every(({ unanswered, violations }) => unanswered === 0 && violations.length === 0)).toBe(
      true,
    )
  }
})

describe('the checkers fail when something is wrong', () => {
  async function quiet(): Promise<Cluster> {
    const cluster = new Cluster({ seed: FIRST, engines: 2, clients: 1 })
    await cluster.run(1_000, 20)
    await cluster.settle(5_000)
    expect(cluster.check()).toEqual([])
    return cluster
  }

  test('I2: an acknowledged command that the journal does not hold', async () => {
    const cluster = await quiet()
    cluster.store.batches.pop()
    expect(cluster.check().join()).toContain('I2')
  })

  test('I7: an epoch that falls', async () => {
    const cluster = await quiet()
    const { batches } = cluster.store
    batches[2] = { ...batches[2]!, epoch: 9 }
    expect(cluster.check().join()).toContain('I7')
  })

  test('I8: a writer with another state', async () => {
    const cluster = await quiet()
    expect(cluster.check(new Diverging()).join()).toContain('I8')
  })

  test('I9: an outcome that was fed and is another one', async () => {
    const cluster = await quiet()
    cluster.clients[0]!.fed[3]!++
    expect(cluster.check().join()).toContain('I9')
  })
})
