import type { ClusterMember, Distance, Trouble, AppendFault } from '@uptick/engine/testing'
import type { Nemesis } from './nemesis.ts'
import type { World } from './world.ts'

const APPEND_FAULTS: readonly AppendFault[] = ['refused', 'lost before', 'lost after']
const AWAY_MS_MAX = 3_000
const RESTART_MS_MAX = 1_500
const TROUBLES: readonly Trouble[] = ['refused', 'deaf', 'mute']
/** Longer than any member waits for an answer of PostgreSQL. */
const ANSWER_MS_MAX = 6_000
const OUTAGE_MS_MAX = 8_000
const LONG_OUTAGE_MS_MAX = 18_000
const CLOCK_STEP_MAX = 20_000_000
const LOST_BATCHES_MAX = 4
const BEHIND_BATCHES_MAX = 8
const LOST_CLAIMS_MAX = 2
/** By then a member that lacks the lost rows has noticed. */
const HALTED_MS_MAX = 2_500

/** Faults of PostgreSQL and of the connections to it, named by their effect for people. */
export const journalNemeses: Readonly<Record<string, Nemesis>> = {
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
    const ms = outageMs(world)
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
    // A long outage outlasts the hold: commands that were sent then have an unknown outcome.
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
  'claim forgotten': (world, { engine }) => {
    world.losses.forgetNextClaim()
    if (engine.role === 'leading') void engine.handOff()
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
  'database clock stepped': ({ cluster: { store, random } }) => {
    store.clockStep = random.integer(-CLOCK_STEP_MAX / 1_000, CLOCK_STEP_MAX / 1_000)
    // A member that compares with what it has shown must have seen it.
    store.changed()
    return true
  },
}

/** Let some connections to the journal fail for a while. */
function away(world: World, ways: readonly Distance[], ms: number, fail: (way: Distance) => void): boolean {
  for (const way of ways) fail(way)
  world.soon(ms, () => {
    for (const way of ways) way.mend()
  })
  return true
}

/** Maximum length of an outage: some outlast the hold, and in long runs every bound. */
function outageMs({ cluster: { random }, isLong }: World): number {
  if (!random.chance(0.4)) return AWAY_MS_MAX
  return isLong ? LONG_OUTAGE_MS_MAX : OUTAGE_MS_MAX
}

/** Connections for writing lead to a read-only server, as during a fail-over, or after a change of a setting. */
function readOnly(world: World, engines: readonly ClusterMember[]): boolean {
  const refusal = new Error('the server is read-only')
  for (const { journal } of engines) journal.readOnly = refusal
  world.soon(outageMs(world), () => {
    for (const { journal } of engines) if (journal.readOnly === refusal) journal.readOnly = undefined
  })
  return true
}

/** A fail-over to a replica that was behind: the end of the journal and recent claims are lost. */
function loseRows(world: World): boolean {
  const { members, random, time } = world.cluster
  const knower = world.losses.lose(random.integer(1, LOST_BATCHES_MAX), random.integer(0, LOST_CLAIMS_MAX))
  if (!knower) return false
  // An engine that starts now knows nothing of the loss, and may lead before another one has reported it.
  if (random.chance(0.4)) members.forEach((member) => member !== knower && world.cluster.crash(member))
  // The supervisor restarts them before an operator asks what they hold.
  if (random.chance(0.2)) {
    time.after(HALTED_MS_MAX, () => members.forEach((member) => world.cluster.crash(member)))
  }
  return true
}
