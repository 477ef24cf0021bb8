import { encodeQuery, type AnswerTo, type Question, type QuestionKind } from '@uptick/protocol'
import type { Clock } from '@uptick/runtime'
import { ShareCount } from '../limits/share-count.ts'
import { SERVER_BUSY } from './link-errors.ts'
import { ACCOUNT_PARTS } from './link-options.ts'

export interface Answer<Value> {
  /** The sequence whose state it shows: durable. */
  readonly sequence: number
  readonly value: Value
}

interface Waiting {
  readonly question: object
  /** 0: counts for no account. */
  readonly account: number
  readonly resolve: (answer: Answer<unknown>) => void
  readonly reject: (reason: unknown) => void
  /** `Clock.elapsed`. */
  readonly askedAt: number
  /** It was sent on the present connection. */
  sent: boolean
}

/**
 * Questions to the engine that are not answered yet. They change nothing, so they are asked again after a reconnect.
 */
export class QueryBook {
  readonly #clock: Clock
  readonly #waitingMax: number
  readonly #holdMs: number
  readonly #waiting = new Map<number, Waiting>()
  readonly #shares: ShareCount<number>
  #lastId = 0
  #unsent = 0

  constructor(clock: Clock, waitingMax: number, holdMs: number) {
    this.#clock = clock
    this.#waitingMax = waitingMax
    this.#holdMs = holdMs
    this.#shares = new ShareCount(waitingMax / ACCOUNT_PARTS)
  }

  get size(): number {
    return this.#waiting.size
  }

  /** Rejects with -1008 when too many wait in total or of this account, or when the engine takes no more. */
  ask<Kind extends QuestionKind>(question: Question<Kind>, account: number): Promise<Answer<AnswerTo<Kind>>> {
    if (this.#waiting.size >= this.#waitingMax) return Promise.reject(SERVER_BUSY)
    if (account !== 0 && !this.#shares.take(account)) return Promise.reject(SERVER_BUSY)
    return new Promise((resolve, reject) => {
      this.#waiting.set(++this.#lastId, {
        question,
        account,
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the engine answers a question of that kind so
        resolve: (answer) => resolve(answer as Answer<AnswerTo<Kind>>),
        reject,
        askedAt: this.#clock.elapsed(),
        sent: false,
      })
      this.#unsent++
    })
  }

  /** The connection was lost: all questions are to be sent again. */
  forgetConnection(): void {
    for (const waiting of this.#waiting.values()) waiting.sent = false
    this.#unsent = this.#waiting.size
  }

  /** Frames with the questions that were not sent yet. */
  send(): Buffer[] {
    if (this.#unsent === 0) return []
    const frames: Buffer[] = []
    for (const [id, waiting] of this.#waiting) {
      if (waiting.sent) continue
      waiting.sent = true
      frames.push(encodeQuery(id, waiting.question))
    }
    this.#unsent = 0
    return frames
  }

  answer(id: number, sequence: number, value: unknown): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    this.#remove(id, waiting)
    if (isRefusal(value)) waiting.reject(SERVER_BUSY)
    else waiting.resolve({ sequence, value })
  }

  /** Reject the questions that have waited longer than the hold. */
  expire(): void {
    const before = this.#clock.elapsed() - this.#holdMs
    for (const [id, waiting] of this.#waiting) {
      if (waiting.askedAt > before) return
      this.#refuse(id, waiting)
    }
  }

  close(): void {
    for (const [id, waiting] of this.#waiting) this.#refuse(id, waiting)
  }

  #remove(id: number, { account }: Waiting): void {
    this.#waiting.delete(id)
    if (account !== 0) this.#shares.give(account)
  }

  #refuse(id: number, waiting: Waiting): void {
    this.#remove(id, waiting)
    if (!waiting.sent) this.#unsent--
    waiting.reject(SERVER_BUSY)
  }
}

/**
 * `{error}`: the engine takes no more of this link's questions, or its answer does not fit into a frame. An engine of
 * the previous release that does not know the question is no refusal: the caller handles that.
 */
function isRefusal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('error' in value)) return false
  return typeof value.error !== 'string' || !value.error.startsWith('unknown query')
}
