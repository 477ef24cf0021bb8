import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const OUTPUT_BYTES_MAX = 32 << 20

/** kubectl on the current kubeconfig: what it printed. `input` goes to its standard input. */
export async function kubectl(args: readonly string[], input?: string): Promise<string> {
  const running = run('kubectl', [...args], { maxBuffer: OUTPUT_BYTES_MAX })
  running.child.stdin?.end(input ?? '')
  const { stdout } = await running
  return stdout
}

export async function get<Kind>(...args: readonly string[]): Promise<Kind> {
  const found: Kind = JSON.parse(await kubectl(['get', ...args, '--output=json']))
  return found
}

export interface Pod {
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly labels: Readonly<Record<string, string>>
  }
  readonly status: {
    readonly podIP: string
    readonly conditions: readonly { readonly type: string; readonly status: string; readonly message?: string }[]
  }
}

export function isReady({ status }: Pod): boolean {
  return status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True')
}

/** Pods of a component that are ready, by name. @throws Error when there is none */
export async function readyPods(namespace: string, selector: string): Promise<Pod[]> {
  const { items } = await get<{ items: Pod[] }>('pods', `--namespace=${namespace}`, `--selector=${selector}`)
  const ready = items.filter(isReady).toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name))
  if (ready.length === 0) throw new Error(`no pod of ${selector} is ready in ${namespace}`)
  return ready
}

/** Run a command in a pod: what it printed. */
export function inPod({ metadata }: Pick<Pod, 'metadata'>, command: readonly string[]): Promise<string> {
  return kubectl(['exec', `--namespace=${metadata.namespace}`, metadata.name, '--', ...command])
}
