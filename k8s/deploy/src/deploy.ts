import { setTimeout as delay } from 'node:timers/promises'
import { DeployLock } from './deploy-lock.ts'
import { ExchangeWatch } from './exchange-watch.ts'
import { Kubectl } from './kubectl.ts'
import { renderOverlay, textOf, type Document, type Manifest, type Settings } from './manifest.ts'
import { conditionOfJob, type Job } from './migration-job.ts'
import { progressOf } from './objects.ts'
import { ReleaseLog, sameRevisions, type Release } from './release-log.ts'
import { Roll, RollFailedError, type RollLimits } from './roll.ts'
import { View } from './view.ts'
import { currentRevisions, findWorkloads, PARTS } from './workloads.ts'
import { goBack } from './rollback.ts'

const MIGRATION_MS_MAX = 900_000
const LOOK_MS = 500

export interface DeployOptions {
  readonly overlay: string
  /** `name:tag` or a tag; undefined: what the overlay says. */
  readonly image: string | undefined
  readonly settings?: Settings
  readonly limits: RollLimits
  readonly out: NodeJS.WriteStream
  /** Of a watch that runs already. */
  readonly watch?: ExchangeWatch
}

/** What came of a deployment. */
export interface Deployed {
  /** Parts whose pods were replaced; none when everything was as it should be. */
  readonly replaced: readonly string[]
  readonly seconds: number
  /** Why it was rolled back; undefined when it went through. */
  readonly failure: string | undefined
}

/** One deployment: everything it needs, open. */
export interface Session {
  readonly kubectl: Kubectl
  readonly lock: DeployLock
  readonly watch: ExchangeWatch
  readonly roll: Roll
  readonly view: View
}

/**
 * Bring a version up, part by part, and go on only while everything is well; if it is not, go back to what was there
 * before. What the namespace needs besides – settings, services, policies – is applied first, then the migration runs.
 *
 * @throws DeployLockedError when another process deploys, KubectlError when something is refused at once
 */
export async function deploy(options: DeployOptions): Promise<Deployed> {
  const { overlay, image, out, limits } = options
  const began = performance.now()
  const manifest = await renderOverlay(new Kubectl('default'), options)
  const kubectl = new Kubectl(manifest.namespace)
  const namespaces = manifest.documents.filter(({ kind }) => kind === 'Namespace')
  if (namespaces.length > 0) await kubectl.run(['apply', '--filename', '-'], textOf(namespaces))
  const lock = await DeployLock.take(kubectl, `deploys ${image ?? 'what the overlay says'} to ${overlay}`)
  const watch = options.watch ?? new ExchangeWatch(kubectl)
  const view = new View(watch, out)
  const roll = new Roll(watch, limits, (pulse) => view.show(pulse))
  const session = { kubectl, lock, watch, roll, view }
  try {
    const before = await noteRelease(kubectl, 'as found')
    const outcome = await apply(session, manifest, image ?? overlay, before)
    return { ...outcome, seconds: (performance.now() - began) / 1000 }
  } finally {
    if (options.watch === undefined) watch.close()
    await lock.release()
  }
}

/**
 * Write down what there is as a release to go back to, if it is whole.
 *
 * @param image its name, for a person
 * @returns the release to go back to: this one, or the last good one
 */
export async function noteRelease(kubectl: Kubectl, image: string): Promise<Release | undefined> {
  const log = await ReleaseLog.read(kubectl)
  const workloads = await findWorkloads(kubectl)
  const isWhole = workloads.length === PARTS.length && workloads.every((workload) => progressOf(workload).isComplete)
  if (!isWhole) return log.newest
  const revisions = await currentRevisions(kubectl, workloads)
  const known = log.newest
  if (known !== undefined && sameRevisions(known.revisions, revisions)) return known
  return (await log.add({ image, at: new Date().toISOString(), revisions })).newest
}

/**
 * Apply everything, part by part, and write the release down. Goes back to `before` when a roll fails.
 *
 * @param image the release's name, for a person
 * @throws DeployLockedError, KubectlError; RollFailedError when there is nothing to go back to
 */
export async function apply(
  session: Session,
  manifest: Manifest,
  image: string,
  before: Release | undefined,
): Promise<Omit<Deployed, 'seconds'>> {
  const { kubectl, view, lock } = session
  const replaced: string[] = []
  try {
    const parts = partsOf(manifest)
    await applyDocuments(session, 'settings, services, policies', parts.rest)
    await migrate(session, parts.jobs)
    view.expect(parts.workloads.length)
    for (const { name, document } of parts.workloads) {
      lock.assertHeld()
      if (await rolled(session, name, document)) replaced.push(name)
      view.rolled()
    }
  } catch (error) {
    if (!(error instanceof RollFailedError) || before === undefined) throw error
    view.say(`${error.message}; going back to ${before.image}`)
    const names = await goBack(session, before)
    view.say(names.length > 0 ? `back: ${names.join(', ')}` : 'nothing had been replaced')
    return { replaced, failure: error.message }
  }
  const revisions = await currentRevisions(kubectl, await findWorkloads(kubectl))
  await (await ReleaseLog.read(kubectl)).add({ image, at: new Date().toISOString(), revisions })
  return { replaced, failure: undefined }
}

/** Apply one part and follow its roll. Says whether there was anything to do. */
async function rolled({ kubectl, view, roll }: Session, name: string, document: Document): Promise<boolean> {
  const said = await kubectl.run(['apply', '--filename', '-'], document.text)
  const workload = (await findWorkloads(kubectl)).find(({ metadata }) => metadata.name === name)
  if (workload === undefined) return false
  const isChanged = !said.includes('unchanged')
  if (!isChanged && progressOf(workload).isComplete) {
    view.say(`${name}: as it should be`)
    return false
  }
  view.say(`${name}: rolls`)
  await roll.complete([workload])
  view.say(`${name}: replaced and ready`)
  return true
}

async function applyDocuments({ kubectl, view }: Session, what: string, documents: readonly Document[]): Promise<void> {
  if (documents.length === 0) return
  const said = (await kubectl.run(['apply', '--filename', '-'], textOf(documents))).trim().split('\n')
  const changed = said.filter((line) => !line.endsWith('unchanged'))
  view.say(`${what}: ${changed.length === 0 ? 'as they should be' : `${changed.length} of ${said.length} changed`}`)
}

/** A Job is made once for each version; one that is there has run or runs. @throws RollFailedError when one fails */
async function migrate(session: Session, jobs: readonly Document[]): Promise<void> {
  const { kubectl, view } = session
  await applyDocuments(session, 'migration and other jobs', jobs)
  const migration = jobs.find(({ name }) => name.startsWith('migration'))
  if (migration === undefined) return
  for (const began = performance.now(); performance.now() - began < MIGRATION_MS_MAX; await delay(LOOK_MS)) {
    const job = await kubectl.json<Job>(['get', 'job', migration.name])
    if (conditionOfJob(job, 'Complete')) return view.say(`${migration.name}: done`)
    const failed = conditionOfJob(job, 'Failed')
    if (failed) throw new RollFailedError(`${migration.name} has failed: ${failed.message ?? failed.reason ?? ''}`)
    view.waits(`${migration.name}: under way`)
  }
  throw new RollFailedError(`${migration.name} does not end`)
}

interface Parts {
  readonly rest: Document[]
  readonly jobs: Document[]
  readonly workloads: { readonly name: string; readonly document: Document }[]
}

/** Stores that an overlay brings along are part of the rest: they are not rolled with a version. */
function partsOf({ documents }: Manifest): Parts {
  const kinds = { statefulset: 'StatefulSet', deployment: 'Deployment' } as const
  const workloads = PARTS.flatMap(({ kind, name }) => {
    const document = documents.find((candidate) => candidate.kind === kinds[kind] && candidate.name === name)
    return document === undefined ? [] : [{ name, document }]
  })
  const replaced = new Set(workloads.map(({ document }) => document))
  return {
    workloads,
    jobs: documents.filter(({ kind }) => kind === 'Job'),
    rest: documents.filter((document) => document.kind !== 'Job' && !replaced.has(document)),
  }
}
