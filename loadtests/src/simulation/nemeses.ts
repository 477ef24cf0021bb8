import { CommandKind } from '@uptick/core'
import type { ClusterMember } from '../../../services/engine/src/simulation/cluster.ts'
import type { Distance, Trouble } from '../../../services/engine/src/simulation/distance.ts'
import type { AppendFault } from '../../../services/engine/src/simulation/memory-journal.ts'
import { everyBehaviour } from './operator.ts'
import type { World } from './world.ts'

const APPEND_FAULTS: readonly AppendFault[] = ['refused', 'lost before', 'lost after']
/** Longer than the lease, and than the hold. */
const PAUSE_MS_MAX = 6_000
const CUT_MS_MAX = 4_000
/** Longer than the hold, of one gateway alone: others tell its traders what became of their orders. */
const CUT_OFF_MS_MIN = 4_100
const CUT_OFF_MS_MAX = 6_000
const SLOW_MS_MAX = 2_000
const AWAY_MS_MAX = 3_000
const RESTART_MS_MAX = 1_500
const TROUBLES: readonly Trouble[] = ['refused', 'deaf', 'mute']
/** Longer than anybody waits for an answer of PostgreSQL. */
const ANSWER_MS_MAX = 6_000
/** Until what was sent is executed. */
const QUIET_MS = 100
/** Until a reset has arrived. */
const RESET_MS = 20
/** What is unanswered for a lease is given up. */
const SILENCE_MS_MAX = 1_500
const OUTAGE_MS_MAX = 8_000
const CLOCK_STEP_MAX = 20_000_000
/** An hour, µs: were it journaled, orders with idempotent retry would be too old until the hour is over. */
const LEAP = 3_600_000_000
const LOST_BATCHES_MAX = 4
const BEHIND_BATCHES_MAX = 8
/** Every member that lost rows are missed by has noticed by then, and the operator has not. */
const HALTED_MS = 1_200

/** Something that goes wrong, to the engine given or to anybody; false when it does not apply at the moment. */
export type Nemesis = (world: World, engine: ClusterMember) => boolean

/** By what they do; names are for people. */
export const nemeses: Readonly<Record<string, Nemesis>> = {
  'engine killed': ({ cluster }, engine) => {
    cluster.crash(engine)
    return true
  },
  'engine paused': (world, { process }) => {
    if (process.isStopped) return false
    process.stop()
    world.soon(PAUSE_MS_MAX, () => process.isStopped && process.proceed())
    return true
  },
  'engine terminated': ({ cluster }, engine) => {
    cluster.terminate(engine)
    return true
  },
  'hand-off asked': (_world, { engine }) => {
    if (engine.role !== 'leading') return false
    void engine.handOff()
    return true
  },
  'sign of life lost': (_world, { journal }) => {
    journal.ways.lease.break()
    return true
  },
  'session ended unnoticed': (world, { journal: { ways } }) => {
    ways.lease.endSession()
    world.soon(AWAY_MS_MAX, () => ways.lease.mend())
    return true
  },
  'taken for dead': (world, engine) => engine.engine.role === 'leading' && silence(world, engine),
  'engine clock stepped': ({ cluster: { random } }, { process }) => {
    process.skew = random.integer(-CLOCK_STEP_MAX, CLOCK_STEP_MAX)
    return true
  },
  'engine clock leapt': (_world, { process }) => {
    process.skew += LEAP
    return true
  },
  'database clock stepped': ({ cluster: { store, random } }) => {
    store.clockStep = random.integer(-CLOCK_STEP_MAX / 1_000, CLOCK_STEP_MAX / 1_000)
    return true
  },
  'release upgraded': (world, { place }) => world.move(place, 1),
  'release downgraded': (world, { place }) => world.move(place, -1),
  'behaviour activated': ({ operator, cluster: { random } }) => {
    operator.activate(random.pick(everyBehaviour))
    return true
  },
  'append fails': ({ cluster: { random } }, { journal }) => {
    journal.faults.push(undefined, random.pick(APPEND_FAULTS), random.pick(APPEND_FAULTS))
    return true
  },
  'journal out of reach': (world, { journal }) => {
    const trouble = world.cluster.random.pick(TROUBLES)
    return away(world, Object.values(journal.ways), AWAY_MS_MAX, (way) => way.fail(trouble))
  },
  'one way to the journal fails': (world, { journal }) => {
    const { random } = world.cluster
    const trouble = random.pick(TROUBLES)
    const ms = random.chance(0.4) ? OUTAGE_MS_MAX : AWAY_MS_MAX
    return away(world, [random.pick(Object.values(journal.ways))], ms, (way) => way.fail(trouble))
  },
  'one way to the journal slow': (world, { journal }) => {
    const { random } = world.cluster
    const slowMs = random.integer(100, ANSWER_MS_MAX)
    return away(world, [random.pick(Object.values(journal.ways))], AWAY_MS_MAX, (way) => (way.slowMs = slowMs))
  },
  'commit in doubt': (_world, { journal }) => {
    journal.ways.writes.break()
    return true
  },
  'journal restarted': (world) => {
    const { members, random } = world.cluster
    // A long one outlasts the hold: what was sent has an unknown outcome then.
    const ms = random.chance(0.4) ? OUTAGE_MS_MAX : RESTART_MS_MAX
    const ways = members.flatMap(({ journal }) => Object.values(journal.ways))
    return away(world, ways, ms, (way) => way.fail('refused'))
  },
  'journal read-only': (world, engine) => readOnly(world, [engine]),
  'journal read-only for all': (world) => readOnly(world, world.cluster.members),
  'reading is behind': (world, { journal }) => {
    if (journal.behind > 0) return false
    journal.behind = world.cluster.random.integer(1, BEHIND_BATCHES_MAX)
    world.soon(AWAY_MS_MAX, () => (journal.behind = 0))
    return true
  },
  'journal rows lost': (world) => loseRows(world),
  'network cut': (world, engine) => cut(world, engine, true),
  'network cut one way': (world, engine) => cut(world, engine, false),
  'gateway cut off': (world) => {
    const { gateways } = world
    const { network, random, leader } = world.cluster
    // Somebody is to be asked meanwhile.
    if (!leader || gateways.some(({ name }) => network.isCut(name, leader.url))) return false
    const { name } = random.pick(gateways)
    network.cut(name, leader.url)
    if (random.chance(0.5)) network.cut(leader.url, name)
    // Everything else goes on, rows are lost as well: it is only a gateway.
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
  'gateway killed': (world) => {
    world.replaceGateway(world.cluster.random.integer(0, world.gateways.length - 1))
    return true
  },
  'gateway paused': (world) => {
    const gateway = world.cluster.random.pick(world.gateways)
    const { process } = gateway
    if (process.isStopped) return false
    gateway.pause()
    world.soon(PAUSE_MS_MAX, () => process.isStopped && process.proceed())
    return true
  },
  'gateway clock stepped': (world) => {
    const { random } = world.cluster
    random.pick(world.gateways).process.skew = random.integer(-CLOCK_STEP_MAX, CLOCK_STEP_MAX)
    return true
  },
  'funds moved': ({ operator, traders, cluster: { random } }) => {
    const kind = random.pick([CommandKind.DEPOSIT, CommandKind.WITHDRAW])
    operator.move(kind, random.integer(1, traders.length), BigInt(random.integer(1, 1_000_000)))
    return true
  },
}

/** Something is wrong with ways to the journal for a while. */
function away(world: World, ways: readonly Distance[], ms: number, fail: (way: Distance) => void): boolean {
  for (const way of ways) fail(way)
  world.soon(ms, () => {
    for (const way of ways) way.mend()
  })
  return true
}

/** Connections for writing lead to a server that takes no writes, as they do during a fail-over, or after a setting was changed. */
function readOnly(world: World, engines: readonly ClusterMember[]): boolean {
  const { random } = world.cluster
  const refusal = new Error('the server is read-only')
  for (const { journal } of engines) journal.readOnly = refusal
  world.soon(random.chance(0.4) ? OUTAGE_MS_MAX : AWAY_MS_MAX, () => {
    for (const { journal } of engines) if (journal.readOnly === refusal) journal.readOnly = undefined
  })
  return true
}

/**
 * The leader's way to the journal ends without a word, in both directions: for the journal its sessions are over, and its
 * successor leads before it knows. One gateway stays with it and is only asked – a command would find out that nothing is
 * appended any more, and hold up what is asked after it –, the others lose it and go to the successor.
 */
function silence(world: World, { url, journal }: ClusterMember): boolean {
  const { cluster, gateways } = world
  const { network, random, time } = cluster
  if (world.isQuiet || world.onlyAsked.size > 0) return false
  const staying = random.pick(gateways)
  world.isQuiet = true
  world.onlyAsked.add(staying)
  time.after(QUIET_MS, () => {
    world.isQuiet = false
    if (world.isCalm) return world.onlyAsked.clear()
    let isOver = false
    const ways = Object.values(journal.ways)
    for (const way of ways) way.endSession()
    for (const { name } of gateways.filter((gateway) => gateway !== staying)) {
      network.reset(name)
      // A cable that is pulled takes the reset along.
      time.after(RESET_MS, () => {
        if (isOver) return
        network.cut(name, url)
        network.cut(url, name)
      })
    }
    world.soon(SILENCE_MS_MAX, () => {
      isOver = true
      for (const way of ways) way.mend()
      world.onlyAsked.delete(staying)
      network.healCuts()
    })
  })
  return true
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

/**
 * A fail-over to a replica that was behind: the end of the journal is gone, and what was claimed since. Only where every engine is well, so that what
 * was acknowledged is still held by somebody; nothing else happens until an operator has had it repaired.
 */
function loseRows(world: World): boolean {
  const { store, members, random, time } = world.cluster
  const isWell = members.every(
    ({ engine, process, journal }) =>
      !process.isStopped && !process.isDead && !journal.isTroubled && ['leading', 'standby'].includes(engine.role),
  )
  const count = random.integer(1, LOST_BATCHES_MAX)
  if (!isWell || !world.cluster.leader || store.batches.length <= count || world.isRough) return false
  const before = `${store.last} in epoch ${store.epoch}`
  store.lose(count, random.integer(0, 1))
  world.witnesses.lostRows.lost(time.elapsed(), `${before}, now ${store.last} in epoch ${store.epoch}`)
  world.operator.isRepairNeeded = true
  // Whoever looks after the machines starts them anew, before anybody asks what they hold.
  if (random.chance(0.3)) time.after(HALTED_MS, () => members.forEach((member) => world.cluster.crash(member)))
  return true
}
