import type { Pod } from './objects.ts'

/** Requests that a gateway has answered, and those of them with 5xx. */
export interface Answers {
  readonly requests: number
  readonly errors: number
}

/**
 * What gateways have answered since the watch began. A process counts from its own start: of one that was there
 * before, only what it adds counts.
 */
export class AnswerTally {
  /** Pods that were seen before they ran. */
  readonly #born = new Set<string>()
  /** Of each pod, where counting begins and what it said last. */
  readonly #heard = new Map<string, { readonly first: Answers; readonly last: Answers }>()

  /** These are there, running or not. */
  saw(pods: readonly Pod[]): void {
    for (const { metadata, status } of pods) if (status.phase === 'Pending') this.#born.add(metadata.uid)
  }

  /** A pod says what it has answered since it started. */
  count(uid: string, answers: Answers): void {
    const begin = this.#born.has(uid) ? { requests: 0, errors: 0 } : answers
    this.#heard.set(uid, { first: this.#heard.get(uid)?.first ?? begin, last: answers })
  }

  /** Of all pods, also those that are gone. */
  sum(): Answers {
    let [requests, errors] = [0, 0]
    for (const { first, last } of this.#heard.values()) {
      requests += last.requests - first.requests
      errors += last.errors - first.errors
    }
    return { requests, errors }
  }
}
