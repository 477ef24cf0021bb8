import type { ClusterMember, Distance } from '@uptick/engine/testing'
import type { Gateway } from './gateway.ts'
import type { Nemesis } from './nemesis.ts'
import type { World } from './world.ts'

const CUT_MS_MAX = 4_000
/** Longer than the hold, for one gateway alone: other gateways tell its traders the results of their orders. */
const CUT_OFF_MS_MIN = 4_100
const CUT_OFF_MS_MAX = 6_000
const SLOW_MS_MAX = 2_000
/** Time until sent commands are executed. */
const QUIET_MS = 100
/** Time until a reset has arrived. */
const RESET_MS = 20
/** Requests that are unanswered for a lease are given up. */
const SILENCE_MS_MAX = 1_500

/** Faults of links, named by their effect for people. */
export const networkNemeses: Readonly<Record<string, Nemesis>> = {
  'network cut': (world, engine) => cut(world, engine, true),
  'network cut one way': (world, engine) => cut(world, engine, false),
  'gateway cut off': (world) => {
    const { gateways } = world
    const { network, random, leader } = world.cluster
    // The leader has to answer questions meanwhile.
    if (!leader || gateways.some(({ name }) => network.isCut(name, leader.url))) return false
    const { name } = random.pick(gateways)
    network.cut(name, leader.url)
    if (random.chance(0.5)) network.cut(leader.url, name)
    // All other faults continue, lost rows included: this concerns only a gateway.
    world.cluster.time.after(random.integer(CUT_OFF_MS_MIN, CUT_OFF_MS_MAX), () => {
      network.heal(name, leader.url)
      network.heal(leader.url, name)
    })
    return true
  },
  'connections reset': ({ cluster }, { url }) => {
    cluster.network.reset(url)
    return true
  },
  'links slow': (world, { url }) => {
    const { network, random } = world.cluster
    const name = random.pick([url, ...world.gateways.map((gateway) => gateway.name)])
    network.slow(name, random.integer(20, 300))
    world.soon(SLOW_MS_MAX, () => network.slow(name, 2))
    return true
  },
  'messages duplicated': (world) => {
    const { network } = world.cluster
    network.duplicates = 0.2
    world.soon(SLOW_MS_MAX, () => (network.duplicates = 0))
    return true
  },
  'taken for dead': (world, engine) => engine.engine.role === 'leading' && silence(world, engine),
  'gateways split': (world, engine) => engine.engine.role === 'leading' && split(world, engine),
}

/**
 * The leader's connections to the journal become silent in both directions. The journal ends its sessions, and its
 * successor leads before the old leader knows. One gateway stays connected to the old leader and only sends queries: a
 * command would reveal that nothing is appended any more, and would delay later queries. The other gateways lose it and
 * go to the successor.
 */
function silence(world: World, { url, journal }: ClusterMember): boolean {
  const { gateways } = world
  const { random, time } = world.cluster
  if (world.isQuiet || world.onlyAsked.size > 0) return false
  const staying = random.pick(gateways)
  world.isQuiet = true
  world.onlyAsked.add(staying)
  time.after(QUIET_MS, () => {
    world.isQuiet = false
    if (world.isCalm) return world.onlyAsked.clear()
    takeAway(world, url, Object.values(journal.ways), staying, () => world.onlyAsked.delete(staying))
  })
  return true
}

/**
 * The same while all traders trade, through the old leader and the new one; or only the lease is taken from the old
 * one.
 */
function split(world: World, { url, journal }: ClusterMember): boolean {
  const { random } = world.cluster
  if (world.isQuiet || world.onlyAsked.size > 0) return false
  const ways = random.chance(0.5) ? Object.values(journal.ways) : [journal.ways.lease]
  takeAway(world, url, ways, random.pick(world.gateways), () => undefined)
  return true
}

/** End the sessions of `ways`, and cut all gateways but one off the engine at `url`, until it is over. */
function takeAway(world: World, url: string, ways: readonly Distance[], staying: Gateway, over: () => void): void {
  const { network, time } = world.cluster
  let isOver = false
  for (const way of ways) way.endSession()
  for (const { name } of world.gateways.filter((gateway) => gateway !== staying)) {
    network.reset(name)
    // A cable that is pulled also loses the reset.
    time.after(RESET_MS, () => {
      if (isOver) return
      network.cut(name, url)
      network.cut(url, name)
    })
  }
  world.soon(SILENCE_MS_MAX, () => {
    isOver = true
    for (const way of ways) way.mend()
    over()
    network.healCuts()
  })
}

function cut(world: World, { url }: ClusterMember, isBothWays: boolean): boolean {
  const { cluster, gateways } = world
  const { network, random } = cluster
  for (const other of [...cluster.urls, ...gateways.map(({ name }) => name)]) {
    if (other === url || !random.chance(0.5)) continue
    const [from, to] = random.pick([
      [url, other],
      [other, url],
    ] as const)
    network.cut(from, to)
    if (isBothWays) network.cut(to, from)
  }
  world.soon(CUT_MS_MAX, () => network.healCuts())
  return true
}
