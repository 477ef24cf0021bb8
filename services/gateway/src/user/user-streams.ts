import { BalanceAt, EventKind, FundsAt, eachEvent, executionAccount, readEvent } from '@uptick/core'
import type { BalanceEvent, ExecutionEvent, FundsEvent } from '@uptick/core'
import { balanceUpdate, executionReport, outboundAccountPosition } from '@uptick/protocol'
import type { EngineLink } from '../engine-link/link.ts'
import type { OutcomeSpan } from '../feed/outcome-span.ts'
import type { Stage } from '../feed/stage.ts'
import { eachOutcome } from '../feed/walk.ts'
import type { TimeUnit } from '../operations/operation.ts'

/** One who listens to the events of an account. */
export interface UserSubscriber {
  readonly timeUnit: TimeUnit
  /** `event` is JSON text; `sequence` that of the outcome it belongs to, for a later resume. */
  deliver(event: string, sequence: number): void
  /** The feed had a gap: reconnect, and ask for what was missed. */
  restart(): void
}

type FeedLink = Pick<EngineLink, 'catalogue'>

/** An event as JSON text, made once for each time unit that somebody wants. */
type Render = (unit: TimeUnit) => object

/**
 * The private events of accounts, straight from the feed: per outcome the execution reports in the order of the engine,
 * changes of funds, then one account position with every asset that was touched.
 */
export class UserStreams implements Stage {
  readonly #link: FeedLink
  readonly #accounts = new Map<number, Set<UserSubscriber>>()
  /** Balances of listening accounts that the outcome changed, in order of first touch. */
  readonly #touched = new Map<number, BalanceEvent[]>()

  constructor(link: FeedLink) {
    this.#link = link
  }

  add(account: number, subscriber: UserSubscriber): void {
    const subscribers = this.#accounts.get(account)
    if (subscribers) subscribers.add(subscriber)
    else this.#accounts.set(account, new Set([subscriber]))
  }

  delete(account: number, subscriber: UserSubscriber): void {
    const subscribers = this.#accounts.get(account)
    if (subscribers?.delete(subscriber) && subscribers.size === 0) this.#accounts.delete(account)
  }

  /** Accounts that somebody listens to. */
  get size(): number {
    return this.#accounts.size
  }

  restart(): void {
    for (const subscribers of this.#accounts.values()) for (const subscriber of subscribers) subscriber.restart()
  }

  frame(span: OutcomeSpan): void {
    if (this.#accounts.size === 0) return
    eachOutcome(span, (at, sequence, time) => this.#outcome(span.words, at, sequence, time))
  }

  #outcome(words: Int32Array, at: number, sequence: number, time: number): void {
    eachEvent(words, at, (kind, event) => {
      if (kind === EventKind.EXECUTION) {
        if (!this.#accounts.has(executionAccount(words, event))) return
        const execution = readEvent(words, event) as ExecutionEvent
        const { account } = execution.order
        this.#publish(account, sequence, (unit) => executionReport(execution, time, this.#link.catalogue.format, unit))
      } else if (kind === EventKind.FUNDS) {
        if (!this.#accounts.has(words[event + FundsAt.ACCOUNT]!)) return
        const funds = readEvent(words, event) as FundsEvent
        this.#publish(funds.account, sequence, (unit) => balanceUpdate(funds, time, this.#link.catalogue.format, unit))
      } else if (kind === EventKind.BALANCE && this.#accounts.has(words[event + BalanceAt.ACCOUNT]!)) {
        this.#balance(readEvent(words, event) as BalanceEvent)
      }
    })
    if (this.#touched.size === 0) return
    for (const [account, balances] of this.#touched) {
      this.#publish(account, sequence, (unit) =>
        outboundAccountPosition(balances, time, this.#link.catalogue.format, unit),
      )
    }
    this.#touched.clear()
  }

  #balance(event: BalanceEvent): void {
    const balances = this.#touched.get(event.account)
    if (balances) balances.push(event)
    else this.#touched.set(event.account, [event])
  }

  #publish(account: number, sequence: number, render: Render): void {
    const texts = new Map<TimeUnit, string>()
    for (const subscriber of this.#accounts.get(account) ?? []) {
      let text = texts.get(subscriber.timeUnit)
      if (text === undefined) {
        text = JSON.stringify(render(subscriber.timeUnit))
        texts.set(subscriber.timeUnit, text)
      }
      subscriber.deliver(text, sequence)
    }
  }
}
