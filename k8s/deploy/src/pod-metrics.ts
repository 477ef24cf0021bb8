import { Samples } from '@uptick/runtime/samples'
import { AnswerTally, type Answers } from './answer-tally.ts'
import type { Kubectl } from './kubectl.ts'
import { componentOf, type Pod } from './objects.ts'
import { PortForward } from './port-forward.ts'

const OPS_PORT = 9000
const ANSWER_MS_MAX = 2_000
/** A roll asks two releases: no release renames a metric that tools read. */
const WATCHED = ['engine_role', 'gateway_requests_total']

/** What the processes of the exchange say of themselves at one moment. */
export interface Pulse {
  /** Pod that leads; undefined while none does, or none can be asked. */
  readonly leader: string | undefined
  /** Requests that gateways have answered with 5xx since `PodMetrics` began to look. */
  readonly errors: number
  /** Requests that they have answered. */
  readonly requests: number
}

/**
 * Asks every engine and gateway for its metrics, through port-forwards that are kept for as long as a pod lives: they go
 * past network policies, and need no address that is reachable from here.
 */
export class PodMetrics {
  readonly #kubectl: Kubectl
  readonly #forwards = new Map<string, Promise<PortForward | undefined>>()
  readonly #answers = new AnswerTally()
  #closed = false

  constructor(kubectl: Kubectl) {
    this.#kubectl = kubectl
  }

  /** Look once at those of `pods` that belong to `parts`. Those that do not answer are left out. */
  async look(pods: readonly Pod[], parts: readonly string[]): Promise<Pulse> {
    const running = pods.filter(({ status }) => status.phase === 'Running')
    const asked = running.filter((pod) => parts.includes(componentOf(pod)))
    const names = new Set(running.map(({ metadata }) => metadata.uid))
    for (const [uid, forward] of this.#forwards)
      if (!names.has(uid)) {
        this.#forwards.delete(uid)
        void forward.then((open) => open?.close())
      }
    this.#answers.saw(pods)
    let leader: string | undefined
    await Promise.all(
      asked.map(async (pod) => {
        const samples = await this.#metricsOf(pod)
        if (samples === undefined) return
        if (componentOf(pod) === 'gateway') this.#answers.count(pod.metadata.uid, answersOf(samples))
        else if (isLeading(samples)) leader = pod.metadata.name
      }),
    )
    return { leader, ...this.#answers.sum() }
  }

  close(): void {
    this.#closed = true
    for (const forward of this.#forwards.values()) void forward.then((open) => open?.close())
    this.#forwards.clear()
  }

  async #metricsOf({ metadata }: Pod): Promise<Samples | undefined> {
    if (this.#closed) return undefined
    const known = this.#forwards.get(metadata.uid)
    const opening = known ?? PortForward.open(this.#kubectl, `pod/${metadata.name}`, OPS_PORT).catch(() => undefined)
    this.#forwards.set(metadata.uid, opening)
    const forward = await opening
    if (this.#closed) forward?.close()
    if (forward === undefined || !forward.isOpen) {
      this.#forwards.delete(metadata.uid)
      return undefined
    }
    const url = `http://127.0.0.1:${forward.port}`
    return Samples.ask(url, WATCHED, ANSWER_MS_MAX).catch(() => undefined)
  }
}

export function isLeading(samples: Samples): boolean {
  return samples.state('engine_role', 'role') === 'leading'
}

/** What a gateway has answered since it started. */
export function answersOf(samples: Samples): Answers {
  let [requests, errors] = [0, 0]
  for (const { labels, value } of samples.all('gateway_requests_total')) {
    requests += value
    if (Number(labels['status']) >= 500) errors += value
  }
  return { requests, errors }
}
