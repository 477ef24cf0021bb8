import type { Exchange } from '@uptick/core'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { aftermath } from './aftermath.ts'
import { judge } from './judge.ts'
import { World, type Planted } from './world.ts'

const CALM_MS = 500
const STORM_MS = 6_000
const FAULT_EVERY_MS = 300
const ACT_EVERY_MS = 20
/** A long run is so much longer, with so much less at a time. */
const LONG = 3
/** Engines replay all of it several times then. */
const AFTERMATH_EVERY = 4

export interface SimulationOptions {
  readonly seed: number
  /** A bug, to see that it is found; the replay has it too when it is one of the rules. */
  readonly planted?: Planted & { readonly replay?: () => Exchange }
  /** Without misfortunes. */
  readonly isCalm?: boolean
}

export interface Run {
  readonly seed: number
  readonly violations: readonly string[]
  /** Journaled. */
  readonly commands: number
  readonly orders: number
  readonly reads: number
  /** Orders of unknown outcome that were resolved. */
  readonly resolved: number
  /** Orders of unknown outcome of which a trader was told that there is none. */
  readonly absent: number
  /** Replies that went on in later outcomes. */
  readonly inSteps: number
  readonly handOffs: number
  /** Times that the journal lost its end, and how often an operator gave it up. */
  readonly losses: number
  readonly givenUp: number
  /** Number by kind. */
  readonly faults: ReadonlyMap<string, number>
  readonly story: readonly string[]
  readonly virtualMs: number
}

/** One run of one seed, the same each time. */
export async function simulate({ seed, planted, isCalm = false }: SimulationOptions): Promise<Run> {
  const world = new World(seed, planted)
  await world.open()
  await world.trade(CALM_MS, ACT_EVERY_MS)
  const times = world.isLong ? LONG : 1
  await world.trade(STORM_MS * times, ACT_EVERY_MS * times, isCalm ? 0 : FAULT_EVERY_MS * times)
  await world.settle()
  planted?.afterwards?.(world)
  const violations = judge(world, planted?.replay?.())
  if (planted?.hasAftermath ?? (planted === undefined && seed % AFTERMATH_EVERY === 0))
    violations.push(...(await aftermath(world)))
  world.cluster.close()
  // Promises alone make no turn of the event loop, and without one nothing that weak references were made to is let go.
  await nextTurn()
  return {
    seed,
    violations,
    commands: world.cluster.store.last,
    orders: world.witnesses.told.size,
    reads: world.witnesses.reads.count,
    resolved: world.witnesses.resolutions.count,
    absent: world.witnesses.absences.count,
    inSteps: world.inSteps,
    handOffs: world.handOffs,
    losses: world.witnesses.lostRows.count,
    givenUp: world.witnesses.givenUp.count,
    faults: world.faults,
    story: world.story,
    virtualMs: world.cluster.time.elapsed(),
  }
}
