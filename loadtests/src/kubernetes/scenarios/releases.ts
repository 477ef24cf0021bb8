import { deploy, isReady, noteRelease, rollback, ROLL_LIMITS, stateOf, type Deployed } from '@uptick/deploy'
import { Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { PLANNED_BUDGET_MS, type KubernetesScenario } from '../scenario.ts'
import type { Stage } from '../stage.ts'
import { CHANGED_RULE } from './changed-rule.ts'
import { runChanged } from '../alert-fault.ts'

/** How long a bad release is watched, to see that its roll stops by itself. */
const STOPPED_MS = 15_000
const NO_SUCH_IMAGE = 'uptick:never-built'
/** The picture of a roll belongs in the report, not on the terminal. */
const nowhere = (): NodeJS.WriteStream =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only written to
  new Writable({ write: (_chunk, _encoding, done) => done() }) as unknown as NodeJS.WriteStream

/** The same version with another setting, which is a release too. */
function deployChanged(stage: Stage, level: string): Promise<Deployed> {
  const settings = { engine: { LOG_LEVEL: level }, gateway: { LOG_LEVEL: level }, recorder: { LOG_LEVEL: level } }
  const image = stage.pods('engine')[0]?.spec.containers[0]?.image
  return deploy({ overlay: stage.overlay, image, settings, limits: ROLL_LIMITS, out: nowhere(), watch: stage.watch })
}

async function deployed(stage: Stage, level: string): Promise<void> {
  stage.mark(`deploy, LOG_LEVEL=${level}`)
  const { failure, replaced, seconds } = await deployChanged(stage, level)
  if (failure !== undefined) throw new Error(`the deployment went back: ${failure}`)
  stage.fact('deployment', `${replaced.join(', ')} replaced in ${seconds.toFixed(1)} s`)
  await stage.whole()
}

async function rolledBack(stage: Stage): Promise<void> {
  stage.mark('rollback')
  const { replaced, seconds } = await rollback({ overlay: stage.overlay, out: nowhere(), watch: stage.watch })
  stage.fact('rollback', `${replaced.join(', ')} back in ${seconds.toFixed(1)} s`)
  stage.mark('rolled back')
  await stage.whole()
}

export const configChange: KubernetesScenario = {
  name: 'config-change',
  what: 'a setting of every service is changed by a deployment',
  planned: true,
  budgetMs: PLANNED_BUDGET_MS,
  play: (stage) => deployed(stage, 'debug'),
  async restore(stage) {
    await rollback({ overlay: stage.overlay, out: nowhere(), watch: stage.watch })
  },
}

export const goBack: KubernetesScenario = {
  name: 'rollback',
  what: 'a release is deployed, then rolled back',
  planned: true,
  budgetMs: PLANNED_BUDGET_MS,
  async play(stage) {
    await deployed(stage, 'warn')
    await rolledBack(stage)
  },
}

/**
 * Check that a bad roll stops by itself: all pods that were ready stay untouched, except the one that each roll may
 * replace.
 */
async function stopsByItself(stage: Stage, bad: () => Promise<void>): Promise<void> {
  await noteRelease(stage.kubectl, 'before a bad release')
  await bad()
  await delay(STOPPED_MS)
  await stage.led()
  for (const pod of [...stage.pods('engine'), ...stage.pods('gateway')])
    if (!isReady(pod)) stage.fact(pod.metadata.name, stateOf(pod))
  const [engines, gateways] = [stage.ready('engine'), stage.ready('gateway')]
  stage.fact('while it is stopped', `${engines} engines and ${gateways} gateways are ready`)
  if (engines < 1 || gateways < 2) throw new Error('the roll did not stop by itself')
  await rolledBack(stage)
}

export const badRelease: KubernetesScenario = {
  name: 'bad-release',
  what: 'a version that never becomes ready, then one whose state differs; each stops by itself and is rolled back',
  planned: true,
  budgetMs: PLANNED_BUDGET_MS,
  async play(stage) {
    await stopsByItself(stage, async () => {
      stage.mark('a version that never becomes ready')
      await stage.kubectl.run(['set', 'image', 'statefulset/engine', `engine=${NO_SUCH_IMAGE}`])
      await stage.kubectl.run(['set', 'image', 'deployment/gateway', `gateway=${NO_SUCH_IMAGE}`])
    })
    await stopsByItself(stage, async () => {
      stage.mark('a version whose state differs')
      await runChanged(stage, 'statefulset/engine', 'engine', CHANGED_RULE)
    })
  },
}
