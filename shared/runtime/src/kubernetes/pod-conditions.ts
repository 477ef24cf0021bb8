import type { Environment } from '../config.ts'
import type { Condition, Lifecycle } from '../lifecycle.ts'
import type { Logger } from '../logging.ts'
import type { ServiceContext } from '../service.ts'
import { ApiServer } from './api-server.ts'

const RETRY_FIRST_MS = 250
const RETRY_MS_MAX = 5_000
/** Between two calls: conditions that change quickly are published as they are then. */
const INTERVAL_MS = 200

export interface PodConditionsOptions {
  readonly api: Pick<ApiServer, 'call' | 'namespace' | 'pod'>
  /** Conditions of the lifecycle to publish, each as `prefix` + name. */
  readonly names: readonly string[]
  /** `example.com/`, as the pod's readiness gates have it. */
  readonly prefix: string
  readonly lifecycle: Lifecycle
  readonly log: Pick<Logger, 'warn' | 'info'>
}

/** A condition as the API server has it. */
interface PodCondition {
  readonly type: string
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
  readonly lastTransitionTime: string
}

/**
 * Publishes conditions of the lifecycle as conditions of the pod, where they are readiness gates. Nothing waits for it: it
 * has its own connection, one call at a time, always with the newest values; what fails is tried again for as long as the
 * process runs. An API server that is away only means that the pod's conditions stay as they are.
 */
export class PodConditions {
  readonly #options: PodConditionsOptions
  readonly #since = new Map<string, string>()
  #changed = true
  #timer: NodeJS.Timeout | undefined
  #calling = false
  #stopped = false
  #retryMs = RETRY_FIRST_MS
  #failing = false

  constructor(options: PodConditionsOptions) {
    this.#options = options
    const now = new Date().toISOString()
    for (const name of options.names) this.#since.set(name, now)
    options.lifecycle.onChange((condition) => this.#heard(condition))
    this.#schedule(0)
  }

  /** Publish nothing more. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #heard({ name }: Condition): void {
    if (!this.#since.has(name)) return
    this.#since.set(name, new Date().toISOString())
    this.#changed = true
    if (!this.#calling && !this.#failing) this.#schedule(0)
  }

  #schedule(delayMs: number): void {
    if (this.#stopped || this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#publish()
    }, delayMs)
    this.#timer.unref()
  }

  async #publish(): Promise<void> {
    const { api, log } = this.#options
    const { pod } = api
    this.#calling = true
    this.#changed = false
    const conditions = this.#options.names.map((name) => this.#condition(name))
    const path = `/api/v1/namespaces/${api.namespace}/pods/${pod}/status`
    try {
      // Merged by type, so that the conditions of others stay.
      await api.call('PATCH', path, { status: { conditions } }, 'application/strategic-merge-patch+json')
      if (this.#failing) log.info({ pod }, 'the conditions of the pod are published again')
      this.#failing = false
      this.#retryMs = RETRY_FIRST_MS
    } catch (error) {
      if (!this.#failing)
        log.warn({ err: error, pod }, 'the conditions of the pod could not be published; trying again')
      this.#failing = true
      this.#changed = true
    } finally {
      this.#calling = false
    }
    if (!this.#changed) return
    this.#schedule(this.#failing ? this.#retryMs : INTERVAL_MS)
    if (this.#failing) this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS_MAX)
  }

  #condition(name: string): PodCondition {
    const { prefix, lifecycle } = this.#options
    const condition = lifecycle.condition(name)
    const met = condition?.met === true
    return {
      type: prefix + name,
      status: met ? 'True' : 'False',
      reason: met ? 'Met' : 'NotMet',
      message: condition?.reason ?? 'not known yet',
      lastTransitionTime: this.#since.get(name) ?? new Date().toISOString(),
    }
  }
}

const CLOSE_MS_MAX = 100

/** Publish conditions of this service on its pod, until it ends; does nothing outside of Kubernetes. */
export function publishPodConditions(
  { lifecycle, log, onShutdown }: ServiceContext<unknown>,
  environment: Environment,
  conditions: Pick<PodConditionsOptions, 'names' | 'prefix'>,
): void {
  const api = ApiServer.ofThisPod(environment)
  if (!api || api.pod === '') return
  const published = new PodConditions({ ...conditions, api, lifecycle, log })
  onShutdown('conditions of the pod', CLOSE_MS_MAX, () => {
    published.stop()
    api.close()
  })
}
