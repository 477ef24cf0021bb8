import { outcomeWords, type Command } from '@uptick/core'
import { LinkRole, type AnswerTo, type Question, type QuestionKind } from '@uptick/protocol'
import {
  EngineLink,
  type OutcomeView,
  type Answer,
  type Dial,
  OperatorLine,
  noHistory,
  Markets,
  followInOrder,
} from '@uptick/gateway'
import { type Cluster, drift, ProcessTime, checksum } from '@uptick/engine/testing'
import { FeedLog } from '../invariants/feed-log.ts'
import type { Hold } from '../invariants/hold.ts'

/** The connection to the gateway broke: the result of the request is unknown. */
export class GatewayLostError extends Error {
  override readonly name = 'GatewayLostError'
}

/** Time of a request on its way to the gateway, ms. */
const REQUEST_MS_MAX = 2

/** One gateway process: the production link to the engines, and the markets that it builds from the feed. */
export class Gateway {
  readonly name: string
  readonly process: ProcessTime
  readonly link: EngineLink
  readonly markets: Markets
  readonly feed: FeedLog
  readonly #line: OperatorLine
  readonly #cluster: Cluster
  readonly #hold: Hold
  /** How often the feed restarted. */
  #resets = 0
  /** How often it was paused. */
  #pauses = 0
  readonly #lost = new Set<(reason: unknown) => void>()
  /** Called when no sent command is unanswered. */
  #resolved: (() => void)[] = []

  constructor(name: string, cluster: Cluster, hold: Hold) {
    this.name = name
    this.#cluster = cluster
    this.#hold = hold
    const { time, random, store, urls } = cluster
    const process = new ProcessTime(time, drift(random))
    process.skew = random.integer(-5_000_000, 5_000_000)
    this.process = process
    this.feed = new FeedLog(name)
    const dialAs = (role: LinkRole): Dial => {
      const dial = cluster.dialler(name, process, role)
      return (url, events) => Object.assign(dial(url, events), { bufferedBytes: 0 })
    }
    const options = {
      urls: [...urls],
      instance: name,
      clock: process,
      timers: process,
      random: () => random.next(),
      log: () => undefined,
    }
    const link = new EngineLink({ ...options, dial: dialAs(LinkRole.GATEWAY) })
    this.link = link
    this.#line = new OperatorLine({ ...options, dial: dialAs(LinkRole.OPERATOR) }, link)
    link.onFeedReset((next) => {
      this.#resets++
      this.feed.reset(next)
    })
    link.onOutcomes((words, from, to, first) => {
      let sequence = first
      for (let at = from; at < to; at += outcomeWords(words, at)) {
        this.feed.heard(sequence++, checksum(words, at, at + outcomeWords(words, at)), store.furthest)
      }
      // After everything of this frame was handled.
      process.endOfTurn(() => this.#settle())
    })
    this.markets = new Markets([{ link, history: noHistory, clock: process, timers: process, log: () => undefined }])
    followInOrder(link, this.markets.shards)
    link.start()
  }

  /**
   * @param isRetry of an order that may have been executed: if it continued in steps, the answer may be at once that
   *   its outcome is unknown
   * @throws (rejects with) PublicError as the link does; GatewayLostError
   */
  submit(build: (command: Command) => void, isRetry = false): Promise<OutcomeView> {
    return this.#request(() => this.link.submit(build), isRetry)
  }

  /** As `submit`, by the operator. */
  administer(build: (command: Command) => void): Promise<OutcomeView> {
    return this.#request(() => this.#line.submit(build))
  }

  query<Kind extends QuestionKind>(question: Question<Kind>): Promise<Answer<AnswerTo<Kind>>> {
    return this.#request(() => this.link.query(question))
  }

  /** Resolves, with the last sequence received, when every command sent so far is answered. Never if it dies. */
  resolved(): Promise<number> {
    return new Promise((resolve) => {
      this.#resolved.push(() => resolve(this.link.sequence))
      this.process.after(0, () => this.#settle())
    })
  }

  /** Like SIGSTOP. */
  pause(): void {
    this.#pauses++
    this.process.stop()
  }

  /** Like kill -9. */
  kill(): void {
    this.process.kill()
    this.#cluster.network.end(this.name)
    for (const lose of this.#lost) lose(new GatewayLostError(this.name))
    this.#lost.clear()
  }

  #settle(): void {
    const { queued, unanswered } = this.link.state
    if (queued + unanswered + this.#line.unanswered > 0) return
    const resolved = this.#resolved
    this.#resolved = []
    for (const tell of resolved) tell()
  }

  #request<T>(run: () => Promise<T>, isRetry = false): Promise<T> {
    if (this.process.isDead) return Promise.reject(new GatewayLostError(this.name))
    return new Promise((resolve, reject) => {
      this.#lost.add(reject)
      this.process.after(this.#cluster.random.next() * REQUEST_MS_MAX, () => {
        const began = this.process.elapsed()
        const [pauses, resets] = [this.#pauses, this.#resets]
        const answered = (isGivenUp: boolean): void => {
          this.#lost.delete(reject)
          // The rest of a reply that continued in steps may be in the missed part: its outcome is unknown at once, for
          // good.
          const isEarly = isGivenUp && resets === this.#resets && !isRetry
          if (pauses === this.#pauses) this.#hold.answered(this.process.elapsed() - began, isEarly)
        }
        run().then(
          (value) => {
            answered(false)
            resolve(value)
          },
          (error: Error) => {
            answered(true)
            reject(error)
          },
        )
      })
    })
  }
}
