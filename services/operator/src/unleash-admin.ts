import { causeOf, Problem } from '@uptick/commandline'
import { type FlagStrategy, ROLLOUT, rolloutOf } from '@uptick/runtime/declared-flags'

const CALL_MS_MAX = 5_000
const PROJECT = 'default'
/** Every Unleash server has it. */
export const ENVIRONMENT_DEFAULT = 'development'

/** A flag as it begins in Unleash. */
export interface NewFlag {
  readonly name: string
  readonly description: string
  /** One of Unleash's: `release`, `operational`, `permission`. */
  readonly type: string
  readonly isOn: boolean
  readonly strategy: FlagStrategy
}

interface Strategy {
  readonly id: string
  readonly name: string
}

/** Unleash cannot be reached, or does not answer. */
export class UnleashAway extends Problem {
  override readonly name = 'UnleashAway'
}

/** What this project asks of the admin API of an Unleash server, version 5 or later. */
export class UnleashAdmin {
  readonly #url: string
  readonly #token: string
  readonly #environment: string

  /**
   * @param url of the server, without path
   * @param environment of Unleash, in which flags are switched
   */
  constructor(url: string, token: string, environment = ENVIRONMENT_DEFAULT) {
    this.#url = url.replace(/\/$/, '')
    this.#token = token
    this.#environment = environment
  }

  /**
   * Make those flags that are not there, and leave the others as they are. While a flag has no strategies, gateways go by its
   * default; with the first one it is switched on at once, for everyone. So no gateway ever sees it off meanwhile.
   *
   * @returns names of the new ones
   * @throws Problem
   */
  async publish(flags: readonly NewFlag[]): Promise<readonly string[]> {
    const { features } = await this.#call<{ features: { name: string }[] }>('GET', `/projects/${PROJECT}/features`)
    const known = new Set(features.map(({ name }) => name))
    const made: string[] = []
    for (const { name, description, type, isOn, strategy } of flags) {
      const body = { name, description, type }
      if (!known.has(name)) await this.#call('POST', `/projects/${PROJECT}/features`, body)
      if ((await this.#strategies(name)).length > 0) continue
      if (isOn) await this.#call('POST', `${this.#path(name)}/on`)
      const [begun] = await this.#strategies(name)
      const wanted = { ...strategy, constraints: [], segments: [] }
      if (begun === undefined) await this.#call('POST', `${this.#path(name)}/strategies`, wanted)
      else await this.#call('PUT', `${this.#path(name)}/strategies/${begun.id}`, wanted)
      made.push(name)
    }
    return made
  }

  /** Change the percentage of a flag that is a gradual rollout. @throws Problem, also when it is none */
  async setRollout(flag: string, percent: number): Promise<void> {
    const rollout = (await this.#strategies(flag)).find(({ name }) => name === ROLLOUT)
    if (rollout === undefined) throw new Problem(`${flag} is no gradual rollout in ${this.#environment} of Unleash.`)
    const wanted = { ...rolloutOf(flag, percent), constraints: [], segments: [] }
    await this.#call('PUT', `${this.#path(flag)}/strategies/${rollout.id}`, wanted)
  }

  #strategies(flag: string): Promise<readonly Strategy[]> {
    return this.#call('GET', `${this.#path(flag)}/strategies`)
  }

  #path(flag: string): string {
    return `/projects/${PROJECT}/features/${flag}/environments/${this.#environment}`
  }

  async #call<Answer>(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<Answer> {
    const what = `Unleash at ${this.#url}`
    const response = await fetch(`${this.#url}/api/admin${path}`, {
      method,
      headers: { authorization: this.#token, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(CALL_MS_MAX),
    }).catch((error: unknown) => {
      throw new UnleashAway(`${what} cannot be reached: ${causeOf(error)}`)
    })
    const text = await response.text()
    if (!response.ok)
      throw new Problem(`${what} answers ${response.status} to ${method} ${path}: ${text.slice(0, 200)}`)
    const answer: Answer = JSON.parse(text === '' ? 'null' : text)
    return answer
  }
}
