import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { prove } from '../src/prove/proof.ts'
import { roll, handOff, killLeader, type Played } from '../src/prove/scenarios.ts'

const options = {
  minutes: 0,
  rounds: 1,
  only: [],
  unleash: undefined,
  json: undefined,
  html: undefined,
  rate: 60,
  connections: 16,
  seed: 1,
}

/** What the proof must not pass over. */
const killGateway: Played = {
  name: 'kill gateway',
  seconds: 5,
  planned: true,
  budgetMs: 250,
  async play(cluster) {
    cluster.kill('gateway-1')
    await delay(300)
    await cluster.ready()
  },
}

test('rolls under light load fail nothing, and a gateway killed under it is seen', { timeout: 300_000 }, async () => {
  const scenarios = [roll('engine'), handOff(2), roll('gateway'), killLeader, killGateway]
  const { rows, findings, errors } = await prove(options, scenarios, () => undefined)
  const [killed, ...others] = rows.toReversed()
  const planned = others.filter(({ scenario }) => scenario !== 'kill leader')
  expect(
    planned.map(({ scenario, failed, late }) => ({ scenario, failed, late })),
    errors.join('\n'),
  ).toEqual(planned.map(({ scenario }) => ({ scenario, failed: 0, late: 0 })))
  for (const { requests, lost, doubled, contradictions, gaps } of others) {
    expect(requests).toBeGreaterThan(50)
    expect({ lost, doubled, contradictions, gaps }, JSON.stringify(findings)).toEqual({
      lost: 0,
      doubled: 0,
      contradictions: 0,
      gaps: 0,
    })
  }
  // Half of the connections break, and every private event until the next subscription is missed.
  expect((killed?.failed ?? 0) + (killed?.gaps ?? 0)).toBeGreaterThan(0)
  expect(killed).toMatchObject({ lost: 0, doubled: 0 })
})
