import type { Pod } from './objects.ts'

/** Requests that a gateway has answered, and those of them with 5xx. */
export interface Answers {
  readonly requests: number
  readonly errors: number
}

/**
 * What gateways have answered since somebody began to look. A process counts from its own start: of one that was there
 * before, only what it adds counts.
 */
export class AnswerTally {
  /** Pods that were seen before they ran. */
  readonly #born = new Set<string>()
  readonly #first = new Map<string, Answers>()
  readonly #last = new Map<string, Answers>()

  /** These are there, running or not. */
  saw(pods: readonly Pod[]): void {
    for (const { metadata, status } of pods) if (status.phase === 'Pending') this.#born.add(metadata.uid)
  }

  /** A pod says what it has answered since it started. */
  count(uid: string, answers: Answers): void {
    if (!this.#first.has(uid)) this.#first.set(uid, this.#born.has(uid) ? { requests: 0, errors: 0 } : answers)
    this.#last.set(uid, answers)
  }

  /** Of all pods, also those that are gone. */
  sum(): Answers {
    let [requests, errors] = [0, 0]
    for (const [uid, last] of this.#last) {
      const first = this.#first.get(uid)
      requests += last.requests - (first?.requests ?? 0)
      errors += last.errors - (first?.errors ?? 0)
    }
    return { requests, errors }
  }
}
