import { setTimeout as delay } from 'node:timers/promises'
import { PortForward, type Kubectl } from '@uptick/deploy'
import { Prometheus, quickened, readRuleFiles } from '@uptick/monitoring'

const PORT = 9090
/** Of the Deployment `prometheus`: the volume with its rules, and the ConfigMap that takes the place of them. */
const VOLUME = 'rules'
const QUICK = 'prometheus-rules-quick'
const LOOK_MS = 500
const ROLLED_SECONDS = 120

interface Volumes {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[]
      }
    }
  }
}

/** The Prometheus of the component `monitoring`, through a forwarded port. */
export class ClusterPrometheus {
  readonly #forward: PortForward
  readonly #api: Prometheus

  private constructor(forward: PortForward) {
    this.#forward = forward
    this.#api = new Prometheus(`http://127.0.0.1:${forward.port}`)
  }

  /** Undefined where the namespace has none. */
  static async open(kubectl: Kubectl): Promise<ClusterPrometheus | undefined> {
    if ((await kubectl.find(['get', 'deployment', 'prometheus'])) === undefined) return undefined
    return new ClusterPrometheus(await PortForward.open(kubectl, 'deployment/prometheus', PORT))
  }

  /** Names of alerts that fire now, without the watchdog. */
  firing(): Promise<string[]> {
    return this.#alerts('ALERTS{alertstate="firing", alertname!="Watchdog"}')
  }

  /** Names of alerts that fired at some moment of the last seconds. */
  firedIn(seconds: number): Promise<string[]> {
    return this.#alerts(`last_over_time(ALERTS{alertstate="firing", alertname!="Watchdog"}[${Math.ceil(seconds)}s])`)
  }

  /** Wait until all of these fire. @throws Error with those that do not */
  async untilFiring(names: readonly string[], ms: number): Promise<void> {
    await this.#until(ms, async () => {
      const firing = new Set(await this.firing())
      const missing = names.filter((name) => !firing.has(name))
      return missing.length === 0 ? undefined : `${missing.join(', ')} did not fire`
    })
  }

  /** Wait until none of these fires any more. @throws Error with those that do */
  async untilSilent(names: readonly string[], ms: number): Promise<void> {
    await this.#until(ms, async () => {
      const firing = (await this.firing()).filter((name) => names.includes(name))
      return firing.length === 0 ? undefined : `${firing.join(', ')} went on firing`
    })
  }

  close(): void {
    this.#forward.close()
  }

  async #until(ms: number, trouble: () => Promise<string | undefined>): Promise<void> {
    const began = performance.now()
    for (let found = await trouble(); found !== undefined; found = await trouble()) {
      if (performance.now() - began > ms) throw new Error(`${found} within ${ms / 1000} s`)
      await delay(LOOK_MS)
    }
  }

  async #alerts(query: string): Promise<string[]> {
    const series = await this.#api.query(query)
    return [...new Set(series.map(({ metric }) => metric['alertname'] ?? ''))].toSorted()
  }
}

/** Prometheus starts again with rules that wait a `factor`-th of their time. @returns how to put the others back */
export async function quickenRules(kubectl: Kubectl, factor: number): Promise<() => Promise<void>> {
  const { spec } = await kubectl.json<Volumes>(['get', 'deployment', 'prometheus'])
  const before = spec.template.spec.volumes.find(({ name }) => name === VOLUME)?.configMap?.name ?? ''
  const data = Object.fromEntries(readRuleFiles().map((file) => [file.name, quickened(file, factor)]))
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: QUICK }, data }
  await kubectl.run(['apply', '--filename', '-'], JSON.stringify(map))
  await readRulesOf(kubectl, QUICK)
  return async () => {
    await readRulesOf(kubectl, before)
    await kubectl.run(['delete', 'configmap', QUICK, '--ignore-not-found'])
  }
}

async function readRulesOf(kubectl: Kubectl, name: string): Promise<void> {
  const patch = { spec: { template: { spec: { volumes: [{ name: VOLUME, configMap: { name } }] } } } }
  await kubectl.run(['patch', 'deployment', 'prometheus', '--patch', JSON.stringify(patch)])
  await kubectl.run(['rollout', 'status', 'deployment/prometheus', `--timeout=${ROLLED_SECONDS}s`])
}
