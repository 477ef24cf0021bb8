import { setTimeout as delay } from 'node:timers/promises'
import { createDatabase, FaultyProxy, type Chosen, type TestDatabase } from '@uptick/journal/testing'
import { TestExchange } from '@uptick/standalone/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FlowRandom } from '../src/flow/random.ts'
import { LinkProxies } from '../testing/link-proxies.ts'
import { Siege } from '../testing/siege.ts'

/*
 * One kind of connection fails and the others do not, at random from a seed, while traders trade. The kinds are those that
 * engines write with, those that keep the lease, both, pools, listening connections, links to one engine or to both.
 * Connections end, become silent for good, become silent and deliver later, or cannot be opened for a while. After each
 * fault all records are compared. CHAOS_ROUNDS is the number of faults, and CHAOS_SEED selects them; no pair of a kind
 * and a fault is repeated before all others occurred.
 */
const ROUNDS = Number(process.env['CHAOS_ROUNDS'] ?? 10)
const SEED = Number(process.env['CHAOS_SEED'] ?? 1)

/** Connections that fail together. */
interface Kind {
  readonly name: string
  readonly proxies: () => readonly FaultyProxy[]
  readonly chosen: Chosen
}

interface Fault {
  readonly name: string
  /** Resolves when it is over. */
  readonly befall: (kind: Kind, random: FlowRandom) => Promise<void>
}

let database: TestDatabase
let proxy: FaultyProxy
let links: LinkProxies
let siege: Siege

beforeAll(async () => {
  database = await createDatabase()
  proxy = await FaultyProxy.inFrontOf(database.url)
  const folder = TestExchange.freshFolder()
  links = await LinkProxies.start(folder)
  siege = await Siege.begin(SEED, { exchangeUrl: proxy.url(database.url), witnessUrl: database.url, folder, links })
}, 120_000)
afterAll(async () => {
  await siege.end()
  await links.close()
  await proxy.close()
  await database.drop()
}, 120_000)

const named = (name: string, pattern: RegExp): Kind => ({
  name,
  proxies: () => [proxy],
  chosen: (application) => pattern.test(application),
})
const toEngines = (name: string, from: number, to: number): Kind => ({
  name,
  proxies: () => links.proxies.slice(from, to),
  chosen: () => true,
})

const kinds: readonly Kind[] = [
  named('writing connections', /^uptick-journal-writer$/),
  named('leases', /^uptick-lease$/),
  named('writing connections and leases', /^uptick-(journal-writer|lease)$/),
  named('pools', /^uptick-(engine|recorder.*|gateway-history)$/),
  named('what listens', /^uptick-(gateway|.*listen.*)$/),
  toEngines('links to engine-1', 0, 1),
  toEngines('links to engine-2', 1, 2),
  toEngines('links', 0, 2),
]

const faults: readonly Fault[] = [
  { name: 'cut', befall: (kind) => strike(kind, (each) => each.cut(kind.chosen)) },
  { name: 'silent', befall: (kind) => strike(kind, (each) => each.silence(kind.chosen)) },
  {
    name: 'forgotten',
    befall: (kind, random) => strike(kind, (each) => each.suspend(kind.chosen), 500 + random.below(4_000)),
  },
  {
    name: 'out of reach',
    befall: (kind, random) => strike(kind, (each) => each.stall(kind.chosen), 200 + random.below(2_500)),
  },
]

async function strike({ proxies }: Kind, deal: (each: FaultyProxy) => void, ms = 0): Promise<void> {
  for (const each of proxies()) deal(each)
  await delay(ms)
  if (ms > 0) for (const each of proxies()) each.resume()
}

test(
  `${ROUNDS} failures of one kind of connection under load, seed ${SEED}`,
  { timeout: ROUNDS * 60_000 },
  async () => {
    const random = new FlowRandom(SEED)
    let left: { readonly kind: Kind; readonly fault: Fault }[] = []
    for (let round = 0; round < ROUNDS; round++) {
      if (left.length === 0) left = kinds.flatMap((kind) => faults.map((fault) => ({ kind, fault })))
      const [{ kind, fault }] = left.splice(random.below(left.length), 1) as [(typeof left)[number]]
      const before = await siege.epoch()
      const { findings, outageMs } = await siege.round(200 + random.below(600), () => fault.befall(kind, random))
      const after = await siege.epoch()
      const what = `${kind.name} ${fault.name}`
      process.stdout.write(
        `round ${round + 1}: ${what}, traded on after ${Math.round(outageMs)} ms, epoch ${before} → ${after}\n`,
      )
      expect(findings, `round ${round}, ${what}, seed ${SEED}`).toEqual([])
    }
    expect(siege.witnesses.told.count('acknowledged')).toBeGreaterThan(100 * ROUNDS)
  },
)
