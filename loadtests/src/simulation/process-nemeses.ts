import { CommandKind } from '@uptick/core'
import type { Nemesis } from './nemesis.ts'
import { everyBehaviour } from './operator.ts'

/** Longer than the lease, and than the hold. */
const PAUSE_MS_MAX = 6_000
const RESTART_MS_MAX = 1_500
/** Longer than any wait for something that trading would bring. */
const REST_MS_MAX = 5_000
const CLOCK_STEP_MAX = 20_000_000
/** An hour, µs. If it were journaled, orders with idempotent retry would be too old until the hour is over. */
const LEAP = 3_600_000_000

/** Faults of processes and their clocks, and actions of operators, named by their effect for people. */
export const processNemeses: Readonly<Record<string, Nemesis>> = {
  'engine killed': ({ cluster }, engine) => {
    cluster.crash(engine)
    return true
  },
  'machine lost': ({ cluster }, engine) => {
    cluster.lose(engine)
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
  'nobody trades': (world) => {
    world.restUntil = world.cluster.time.elapsed() + world.cluster.random.integer(RESTART_MS_MAX, REST_MS_MAX)
    return true
  },
  'engine clock stepped': ({ cluster: { random } }, { process }) => {
    process.skew = random.integer(-CLOCK_STEP_MAX, CLOCK_STEP_MAX)
    return true
  },
  'engine clock leapt': (_world, { process }) => {
    process.skew += LEAP
    return true
  },
  'release upgraded': (world, { place }) => world.move(place, 1),
  'release downgraded': (world, { place }) => world.move(place, -1),
  'behaviour activated': ({ operator, cluster: { random } }) => {
    operator.activate(random.pick(everyBehaviour))
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
