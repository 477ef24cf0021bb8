import { expect, test } from 'vitest'
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
