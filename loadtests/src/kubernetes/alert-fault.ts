import type { Stage } from './stage.ts'

/** What makes alerts fire, and how it is put right. */
export interface AlertFault {
  readonly what: string
  readonly alerts: readonly string[]
  readonly cause: (stage: Stage) => Promise<void>
  readonly undo: (stage: Stage) => Promise<void>
}

/** Change the number of pods of a part. */
export async function scaleTo(stage: Stage, workload: string, replicas: number): Promise<void> {
  await stage.kubectl.run(['scale', workload, `--replicas=${replicas}`])
}

/** A fault that is the lack of pods; `usual` of them are put back. */
export function without(workload: string, usual: number, alerts: readonly string[], left = 0): AlertFault {
  return {
    what: `${workload} has ${left} of ${usual} pods`,
    alerts,
    cause: (stage) => scaleTo(stage, workload, left),
    undo: (stage) => scaleTo(stage, workload, usual),
  }
}

/** Only these components pass a network policy. */
export async function letIn(stage: Stage, policy: string, ...components: readonly string[]): Promise<void> {
  const path = '/spec/ingress/0/from/0/podSelector/matchExpressions/0/values'
  const patch = [{ op: 'replace', path, value: components }]
  await stage.kubectl.run(['patch', 'networkpolicy', policy, '--type=json', '--patch', JSON.stringify(patch)])
}

/** Run statements in PostgreSQL, one transaction each. */
export async function sql(stage: Stage, ...statements: readonly string[]): Promise<string> {
  const [pod] = stage.pods('journal')
  if (pod === undefined) throw new Error('there is no PostgreSQL in this cluster')
  const commands = statements.flatMap((statement) => ['--command', statement])
  const psql = ['psql', '--username=uptick', '--dbname=uptick', '--tuples-only', '--no-align', ...commands]
  return stage.kubectl.run(['exec', pod.metadata.name, '--', ...psql])
}

/** Settings of a workload; a name that ends in `-` is taken away again. */
export async function settings(stage: Stage, workload: string, ...values: readonly string[]): Promise<void> {
  await stage.kubectl.run(['set', 'env', workload, ...values])
}

/** Another program than the image's bundle: the sources, behind a module that changes them. */
export async function runChanged(stage: Stage, workload: string, service: string, module: string): Promise<void> {
  const args = [`--import=data:text/javascript,${encodeURIComponent(module)}`, `services/${service}/src/main.ts`]
  const patch = { spec: { template: { spec: { containers: [{ name: service, args }] } } } }
  await stage.kubectl.run(['patch', workload, '--patch', JSON.stringify(patch)])
}

export async function goBack(stage: Stage, workload: string): Promise<void> {
  await stage.kubectl.run(['rollout', 'undo', workload])
}
