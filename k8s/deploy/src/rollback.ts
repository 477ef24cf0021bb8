import { setTimeout as delay } from 'node:timers/promises'
import { DeployLock } from './deploy-lock.ts'
import { ExchangeWatch } from './exchange-watch.ts'
import { Kubectl } from './kubectl.ts'
import { renderOverlay } from './manifest.ts'
import { progressOf } from './objects.ts'
import { ReleaseLog, type Release } from './release-log.ts'
import { View } from './view.ts'
import { currentRevisions, findTemplates, findWorkloads, undo } from './workloads.ts'

const LOOK_MS = 500
/** A process that starts wants a processor for a second or two, which those that serve may need: the next part waits so
 * long for the one before to be whole, and no longer, since what is broken may need the other part to mend. */
const STAGGER_MS_MAX = 10_000
const BACK_MS_MAX = 300_000

export interface RollbackOptions {
  readonly overlay: string
  readonly out: NodeJS.WriteStream
  /** Of a watch that runs already. */
  readonly watch?: ExchangeWatch
}

export interface RolledBack {
  readonly replaced: readonly string[]
  /** From the command until all pods are those of the release before, and ready. */
  readonly seconds: number
}

/** What a way back needs. */
interface Session {
  readonly kubectl: Kubectl
  readonly watch: ExchangeWatch
  readonly view: View
}

/**
 * Go back at once: to the last good release if the newest one is not whole, else to the one before it. Parts do not wait
 * for each other but for a moment, because what they go back to is known to work together.
 *
 * @throws DeployLockedError when a deployment runs; that one goes back by itself if it has to
 */
export async function rollback({ overlay, out, watch: shared }: RollbackOptions): Promise<RolledBack> {
  const began = performance.now()
  const { namespace } = await renderOverlay(new Kubectl('default'), { overlay, image: undefined })
  const kubectl = new Kubectl(namespace)
  const watch = shared ?? new ExchangeWatch(kubectl)
  const view = new View(watch, out)
  try {
    const lock = await DeployLock.take(kubectl, `rolls ${overlay} back`)
    try {
      const target = await targetOf(kubectl)
      view.say(`back to ${target?.image ?? 'the revisions before'}`)
      const replaced = await goBack({ kubectl, watch, view }, target)
      return { replaced, seconds: (performance.now() - began) / 1000 }
    } finally {
      await lock.release()
    }
  } finally {
    if (shared === undefined) watch.close()
  }
}

/** The release to go back to; undefined where none was written down. */
async function targetOf(kubectl: Kubectl): Promise<Release | undefined> {
  const [log, workloads] = await Promise.all([ReleaseLog.read(kubectl), findWorkloads(kubectl)])
  return log.before(await currentRevisions(kubectl, workloads))
}

/** Put all templates back and wait until every pod is made from them and ready. @throws Error when that takes too long */
export async function goBack(session: Session, target: Release | undefined): Promise<string[]> {
  const { kubectl, watch, view } = session
  const workloads = await findWorkloads(kubectl)
  // Without a release that was written down: what is not whole goes back, or everything.
  const broken = workloads.filter((workload) => !progressOf(workload).isComplete)
  const affected = target !== undefined || broken.length === 0 ? workloads : broken
  const templates = await findTemplates(kubectl)
  const replaced: string[] = []
  // Gateways take longest, since they drain.
  for (const workload of affected.toReversed()) {
    const { name } = workload.metadata
    if (!(await undo(kubectl, workload, templates, target?.revisions[name]))) continue
    replaced.unshift(name)
    if (workload === affected[0]) continue
    const changed = (await findWorkloads(kubectl)).filter(({ metadata }) => metadata.name === name)
    await until(session, () => changed.every((part) => watch.isReplaced(part)), STAGGER_MS_MAX)
  }
  view.say(replaced.length > 0 ? `templates put back: ${replaced.join(', ')}` : 'all templates are those already')
  const all = await findWorkloads(kubectl)
  const isBack = await until(session, () => all.every((workload) => watch.isSettled(workload)), BACK_MS_MAX)
  if (!isBack) throw new Error('the pods of the release before are not ready after five minutes')
  if (target !== undefined) await (await ReleaseLog.read(kubectl)).truncate(target)
  return replaced
}

/** Show how it goes until something is so, or time is up. @returns whether it is so */
async function until({ watch, view }: Session, isSo: () => boolean, milliseconds: number): Promise<boolean> {
  let isLooking = false
  const look = async (): Promise<void> => {
    if (isLooking) return
    isLooking = true
    view.show(await watch.pulse())
    isLooking = false
  }
  for (const began = performance.now(); performance.now() - began < milliseconds; await delay(LOOK_MS)) {
    // The leader is for the display: nothing waits for it.
    void look()
    if (isSo()) return true
  }
  return false
}
