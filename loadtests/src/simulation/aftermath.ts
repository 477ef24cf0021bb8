import { CommandKind } from '@uptick/core'
import { unsettled } from './settled.ts'
import type { World } from './world.ts'

const LOST_BATCHES_MAX = 4
/** Time for engines to restart, one to lead, gateways to connect, and the journal to be asked. */
const HALT_MS_MAX = 5_000
const WELL_MS_MAX = 30_000
const LOOK_MS = 20

/**
 * The last phase: a fail-over loses the end of the journal, and every engine that held it has ended. Only gateways know
 * of the loss, and the shard must still halt. After an operator gives the rows up, everything must work again. Returns
 * the violations, one sentence each.
 */
export async function aftermath(world: World): Promise<string[]> {
  const { cluster, operator, witnesses } = world
  const { store, members, random, time } = cluster
  // Each gateway sees an outcome, whenever it was started.
  operator.move(CommandKind.DEPOSIT, 1, 1n)
  await until(world, WELL_MS_MAX, () => unsettled(world).length === 0)
  const count = random.integer(1, LOST_BATCHES_MAX)
  if (unsettled(world).length > 0 || store.batches.length <= count) return []
  world.note('** rows are lost that only gateways know of')
  witnesses.lostRows.lost(time.elapsed(), 'what only gateways know', store.lose(count, random.integer(0, 1)))
  for (const member of members) cluster.crash(member)
  if (!(await until(world, HALT_MS_MAX, () => store.lease.halted !== ''))) {
    return ['I2: what only gateways knew is gone without a halt']
  }
  const isWell = (): boolean => {
    operator.attend(() => undefined)
    return unsettled(world).length === 0
  }
  if (await until(world, WELL_MS_MAX, isWell)) return []
  return unsettled(world).map((what) => `recovery after a release: ${what}`)
}

/** Whether the condition became true within `ms`. */
async function until({ cluster: { time } }: World, ms: number, isSo: () => boolean): Promise<boolean> {
  for (const end = time.elapsed() + ms; time.elapsed() < end && !isSo();) await time.advance(LOOK_MS)
  return isSo()
}
