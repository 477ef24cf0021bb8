import type { Exchange } from '@uptick/core'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { aftermath } from './aftermath.ts'
import { judge } from './judge.ts'
import { World, type Planted } from './world.ts'

const CALM_MS = 500
const STORM_MS = 6_000
const FAULT_EVERY_MS = 300
const ACT_EVERY_MS = 20
/** A long run takes this many times longer, with this much less at a time. */
const LONG = 3
/** Not in every run, because engines replay the whole journal several times then. */
const AFTERMATH_EVERY = 4

export interface SimulationOptions {
  readonly seed: number
  /** A bug that the run should detect. The replay has it too when it is one of the rules. */
  readonly planted?: Planted & { readonly replay?: () => Exchange }
  /** Without faults. */
  readonly isCalm?: boolean
}

export interface Run {
  readonly seed: number
  readonly violations: readonly string[]
  /** Journaled commands. */
  readonly commands: number
  readonly orders: number
  readonly reads: number
  /** Orders of unknown outcome that were resolved. */
  readonly resolved: number
  /** Orders of unknown outcome whose trader was told that they do not exist. */
  readonly absent: number
  /** Replies that continued in later outcomes. */
  readonly inSteps: number
  readonly handOffs: number
  /** How often the journal lost its end, and how often an operator gave that up. */
  readonly losses: number
  readonly givenUp: number
  /** Number by kind. */
  readonly faults: ReadonlyMap<string, number>
  readonly story: readonly string[]
  readonly virtualMs: number
}

/** One run of one seed; it is the same each time. */
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
  // Promises alone make no turn of the event loop, and without one no target of a weak reference is collected.
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
