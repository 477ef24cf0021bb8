import { assert } from './assert.ts'
import type { Command } from './command.ts'
import type { Catalogue } from './definition.ts'
import type { OrderImage } from './event.ts'
import { Executor } from './executor.ts'
import type { Output } from './output.ts'
import type { RejectCode } from './reject.ts'
import { RetryMemory } from './retry-memory.ts'
import { Sessions } from './sessions.ts'
import { Shard } from './shard.ts'
import { readHead, restoreSnapshot, type SnapshotState, takeSnapshot } from './snapshot.ts'
import { SnapshotReader } from './snapshot-words.ts'
import { stateHash } from './state-hash.ts'
import { verify } from './verify.ts'
import {
  type AccountListView,
  type AccountView,
  type AssetTotals,
  type DepthView,
  type SymbolStateView,
  viewAccount,
  viewAccounts,
  viewCatalogue,
  viewDepth,
  viewOpenOrders,
  viewOrder,
  viewOrderByClientId,
  viewSymbolState,
  viewTotals,
} from './views.ts'

export interface ExchangeOptions {
  /** 0 … 999; part of every order id. */
  readonly shard?: number
  /** Behaviours that this build can execute; all that it knows unless a test sets fewer. */
  readonly supportedBehaviours?: readonly number[]
  /** Orders remembered for idempotent retry; `RETRIES_MAX` unless a test sets another bound. */
  readonly retriesMax?: number
  /**
   * Bound on the work of one command; `STEP_WORK_MAX` unless a test sets another. It must be the same on every member.
   */
  readonly stepWorkMax?: number
}

export interface ExchangeCounts {
  /** Open orders, stop orders included. */
  readonly orders: number
  readonly levels: number
  readonly waitingStops: number
  /** Markets with work that continues in later commands. */
  readonly busyMarkets: number
  readonly accounts: number
  readonly symbols: number
  readonly sessions: number
  /** Replies kept for idempotent retry. */
  readonly retries: number
}

/**
 * One shard of the exchange: a deterministic state machine. The same commands with the same sequences and times give
 * the same outcomes, bit for bit, on every member and in every replay.
 */
export class Exchange {
  readonly #shard: Shard
  readonly #sessions = new Sessions()
  readonly #retries: RetryMemory
  readonly #executor: Executor

  constructor(options: ExchangeOptions = {}) {
    const number = options.shard ?? 0
    assert(Number.isInteger(number) && number >= 0 && number <= 999, 'shard is an integer from 0 to 999')
    const shard = new Shard(number, options.supportedBehaviours, options.stepWorkMax)
    this.#shard = shard
    this.#retries = new RetryMemory(options.retriesMax)
    this.#executor = new Executor(shard, this.#sessions, this.#retries)
  }

  /** The words of the outcomes since its last `clear()`. */
  get output(): Output {
    return this.#shard.output
  }

  /** Sequence of the last command, 0 before the first. */
  get sequence(): number {
    return this.#shard.moment.sequence
  }

  /** Journaled time of the last command, µs. */
  get time(): number {
    return this.#shard.moment.time
  }

  /** 64-bit hash over all words of all outcomes so far. */
  runningHash(): bigint {
    return this.#shard.output.hash().value()
  }

  /** 64-bit hash of the state's meaning: equal on every member, however its memory is laid out. Slow. */
  stateHash(): bigint {
    return stateHash(this.#state())
  }

  /** The whole state as bytes: versioned, with its own checksum. */
  snapshot(): Uint8Array {
    return takeSnapshot(this.#state())
  }

  /**
   * Restore the exchange of `snapshot`, which continues exactly as the original would. Throws a SnapshotError when the
   * bytes are damaged, of an unknown version, or need a behaviour that this build lacks.
   */
  static restore(bytes: Uint8Array, options: Omit<ExchangeOptions, 'shard'> = {}): Exchange {
    const reader = new SnapshotReader(bytes)
    const head = readHead(reader)
    const exchange = new Exchange({ ...options, shard: head.shard })
    restoreSnapshot(exchange.#state(), head, reader)
    return exchange
  }

  /** Assert every invariant of the state. Slow: for tests and inspections. */
  verify(): void {
    verify(this.#shard)
  }

  #state(): SnapshotState {
    return { shard: this.#shard, sessions: this.#sessions, retries: this.#retries }
  }

  /** An order, cancels or triggered stops continue in a later command: the sequencer must append CONTINUE. */
  hasWork(): boolean {
    return this.#shard.steps.busy.length > 0 || this.#shard.triggers.shared.count > 0
  }

  /**
   * Execute one command: appends exactly one outcome to `output` and returns its reject code. `sequence` is the last
   * one plus 1; `time` (µs) is not before the last one.
   */
  execute(c: Command, sequence: number, time: number): RejectCode {
    const { moment, output } = this.#shard
    assert(sequence === moment.sequence + 1, 'sequence follows the last one')
    assert(time >= moment.time, 'journaled time does not go back')
    moment.sequence = sequence
    moment.time = time
    output.beginCommand(c)
    const reject = this.#executor.execute(c)
    output.end(reject)
    return reject
  }

  /**
   * The reason why a PLACE would be refused now: its form, the state of market or account, a filter, the book or the
   * last price. Does not check whether the account can pay. Changes nothing, and writes no outcome.
   */
  test(c: Command): RejectCode {
    return this.#executor.test(c)
  }

  /** An open order of the account. */
  order(account: number, orderId: number): OrderImage | undefined {
    return viewOrder(this.#shard, account, orderId)
  }

  orderByClientId(account: number, symbol: number, clientId: string): OrderImage | undefined {
    return viewOrderByClientId(this.#shard, account, symbol, clientId)
  }

  /** Open orders of the account, of one symbol or all, by order id. */
  openOrders(account: number, symbol?: number): OrderImage[] {
    return viewOpenOrders(this.#shard, account, symbol)
  }

  account(account: number): AccountView | undefined {
    return viewAccount(this.#shard, account)
  }

  /**
   * Accounts with an id above `after` (0: from the first) whose label contains `label`; at most a bounded part of them.
   */
  accounts(after: number, label: string): AccountListView {
    return viewAccounts(this.#shard, after, label)
  }

  /** Aggregated book; `limit` levels a side, 0 for all. Throws a RangeError for an unknown symbol. */
  depth(symbol: number, limit: number): DepthView {
    const view = viewDepth(this.#shard, symbol, limit)
    if (view === undefined) throw new RangeError(`no symbol ${symbol}`)
    return view
  }

  symbolState(symbol: number): SymbolStateView | undefined {
    return viewSymbolState(this.#shard, symbol)
  }

  catalogue(): Catalogue {
    return viewCatalogue(this.#shard)
  }

  /** Money by asset, for conservation. */
  totals(): AssetTotals[] {
    return viewTotals(this.#shard)
  }

  sessions(): { session: number; lastNumber: number; remembered: number }[] {
    return [...this.#sessions.byId.values()].map(({ id, last, remembered }) => {
      return { session: id, lastNumber: last, remembered }
    })
  }

  /** What is live now, for metrics. */
  counts(): ExchangeCounts {
    const { memory, triggers, accounts, markets, steps } = this.#shard
    return {
      orders: memory.orders.entries,
      levels: memory.levels.live,
      waitingStops: markets.reduce((sum, { waiting }) => sum + waiting.count, triggers.shared.count),
      busyMarkets: steps.busy.length,
      accounts: accounts.count,
      symbols: markets.length,
      sessions: this.#sessions.byId.size,
      retries: this.#retries.count,
    }
  }
}
