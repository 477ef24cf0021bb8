import { Administration } from './administration.ts'
import { Amendment } from './amendment.ts'
import { assert } from './assert.ts'
import { Cancellation } from './cancellation.ts'
import { type Command, CommandKind } from './command.ts'
import type { Catalogue } from './definition.ts'
import type { OrderImage } from './event.ts'
import { OrderImport } from './import-order.ts'
import { Matching } from './matching.ts'
import type { Output } from './output.ts'
import { Placement } from './placement.ts'
import { Reject, type RejectCode } from './reject.ts'
import { Replacement } from './replacement.ts'
import { RetryMemory } from './retry-memory.ts'
import { type Session, Sessions } from './sessions.ts'
import { Shard } from './shard.ts'
import { readHead, restoreSnapshot, type SnapshotState, takeSnapshot } from './snapshot.ts'
import { SnapshotReader } from './snapshot-words.ts'
import { stateHash } from './state-hash.ts'
import { StopStarter } from './stop-starter.ts'
import { verify } from './verify.ts'
import {
  type AccountView,
  type AssetTotals,
  type DepthView,
  type SymbolStateView,
  viewAccount,
  viewCatalogue,
  viewDepth,
  viewOpenOrders,
  viewOrder,
  viewOrderByClientId,
  viewSymbolState,
  viewTotals,
} from './views.ts'

// As constants of this module: only those are compiled into the code.
const { SESSION_UNKNOWN, SESSION_GAP, REPLY_FORGOTTEN, NONE: ACCEPTED, INVALID_COMBINATION } = Reject
const {
  PLACE,
  CANCEL,
  CANCEL_ALL,
  CANCEL_ACCOUNT,
  CANCEL_REPLACE,
  AMEND_KEEP_PRIORITY,
  AMEND,
  IMPORT_ORDER,
  CONTINUE,
  TICK,
  OPEN_SESSION,
  END_SESSION,
  EXPIRE_SESSION,
} = CommandKind

export interface ExchangeOptions {
  /** 0 … 999; part of every order id. */
  readonly shard?: number
  /** Behaviours that this build can execute; all it knows unless a test says otherwise. */
  readonly supportedBehaviours?: readonly number[]
}

export interface ExchangeCounts {
  /** Open orders, stop orders included. */
  readonly orders: number
  readonly levels: number
  readonly waitingStops: number
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
  readonly #retries = new RetryMemory()
  readonly #matching: Matching
  readonly #placement: Placement
  readonly #cancellation: Cancellation
  readonly #replacement: Replacement
  readonly #amendment: Amendment
  readonly #import: OrderImport
  readonly #administration: Administration
  readonly #stops: StopStarter
  /** Sequence of the command that is answered, when it is a remembered one; else 0. */
  #repeated = 0

  constructor(options: ExchangeOptions = {}) {
    const number = options.shard ?? 0
    assert(Number.isInteger(number) && number >= 0 && number <= 999, 'shard is an integer from 0 to 999')
    const shard = new Shard(number, options.supportedBehaviours)
    this.#shard = shard
    this.#matching = new Matching(shard)
    this.#placement = new Placement(shard, this.#matching)
    this.#cancellation = new Cancellation(shard)
    this.#replacement = new Replacement(shard, this.#placement, this.#cancellation)
    this.#amendment = new Amendment(shard, this.#matching, this.#placement, this.#cancellation)
    this.#import = new OrderImport(shard, this.#placement)
    this.#administration = new Administration(shard)
    this.#stops = new StopStarter(shard, this.#matching, this.#placement)
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

  /** 64-bit hash of the whole state by meaning: equal on every member, whatever its memory looks like. Slow. */
  stateHash(): bigint {
    return stateHash(this.#state())
  }

  /** The whole state as bytes: versioned, with its own checksum. */
  snapshot(): Uint8Array {
    return takeSnapshot(this.#state())
  }

  /**
   * The exchange that `snapshot` was taken of: it goes on exactly as that one would. Throws a SnapshotError when the
   * bytes are damaged, of an unknown version, or need a behaviour that this build does not have.
   */
  static restore(bytes: Uint8Array, options: Pick<ExchangeOptions, 'supportedBehaviours'> = {}): Exchange {
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

  /** Triggered stop orders wait for their turn: when idle, the sequencer must append CONTINUE. */
  hasWaitingStops(): boolean {
    return this.#shard.triggers.count > 0
  }

  /**
   * Execute one command: appends exactly one outcome to `output` and returns its reject code. `sequence` follows the
   * last one, `time` (µs) is not before the last one.
   */
  execute(c: Command, sequence: number, time: number): RejectCode {
    const { moment, output } = this.#shard
    assert(sequence === moment.sequence + 1, 'sequence follows the last one')
    assert(time >= moment.time, 'journaled time does not go back')
    moment.sequence = sequence
    moment.time = time
    output.beginCommand(c)
    const reject = c.session === 0 || isSessionKind(c.kind) ? this.#perform(c) : this.#performOnce(c)
    output.end(reject)
    return reject
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

  /** Aggregated book; `limit` levels a side, 0 for all. A RangeError for an unknown symbol. */
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

  /** What is live, for metrics. */
  counts(): ExchangeCounts {
    const { memory, triggers, accounts, markets } = this.#shard
    return {
      orders: memory.orders.entries,
      levels: memory.levels.live,
      waitingStops: triggers.count,
      accounts: accounts.count,
      symbols: markets.length,
      sessions: this.#sessions.byId.size,
      retries: this.#retries.count,
    }
  }

  /** The session's next number is executed and its reply remembered; an earlier one is answered from memory. */
  #performOnce(c: Command): RejectCode {
    const session = this.#sessions.find(c.session)
    if (session === undefined) return SESSION_UNKNOWN
    session.confirm(c.confirmed)
    if (c.number !== session.last + 1) {
      return c.number <= session.last && Number.isInteger(c.number) ? this.#repeat(c, session) : SESSION_GAP
    }
    const { output, moment } = this.#shard
    const reject = this.#perform(c)
    session.remember(output, this.#repeated || moment.sequence, reject)
    return reject
  }

  #repeat(c: Command, session: Session): RejectCode {
    const position = session.find(c.number)
    if (position < 0) return REPLY_FORGOTTEN
    session.ring.repeat(position, this.#shard.output)
    return session.ring.reject(position)
  }

  #perform(c: Command): RejectCode {
    this.#repeated = 0
    this.#stops.begin()
    const reject = this.#dispatch(c)
    if (this.#shard.ledger.touchedCount > 0) this.#shard.writer.balances(this.#shard.ledger)
    return reject
  }

  #dispatch(c: Command): RejectCode {
    switch (c.kind) {
      case PLACE:
        return this.#place(c)
      case CANCEL:
        return this.#step(this.#cancellation.cancel(c))
      case CANCEL_ALL:
        return this.#step(this.#cancellation.cancelAll(c))
      case CANCEL_ACCOUNT:
        return this.#step(this.#cancellation.cancelAccount(c))
      case CANCEL_REPLACE:
        return this.#replace(c)
      case AMEND_KEEP_PRIORITY:
        return this.#step(this.#amendment.keepPriority(c))
      case AMEND:
        return this.#amend(c)
      case IMPORT_ORDER:
        return this.#step(this.#import.execute(c))
      case CONTINUE:
        this.#stops.run()
        return ACCEPTED
      case TICK:
        return ACCEPTED
      case OPEN_SESSION:
      case END_SESSION:
      case EXPIRE_SESSION:
        return this.#sessions.execute(c, this.#shard.writer)
      default:
        return this.#administration.execute(c)
    }
  }

  /** The command's own change is made: report the levels it touched. */
  #step(reject: RejectCode): RejectCode {
    this.#shard.touches.flush(this.#shard.markets)
    return reject
  }

  /** The same for a command whose order may have traded: start the stops that it reached. */
  #tradingStep(c: Command, reject: RejectCode): RejectCode {
    const { touches, markets } = this.#shard
    touches.flush(markets)
    if (this.#matching.high !== 0) this.#stops.reach(markets[c.symbol]!)
    if (this.#shard.triggers.count > 0) this.#stops.run()
    return reject
  }

  /** Waiting stops go before a command that may trade. */
  #beginTrading(): void {
    if (this.#shard.triggers.count > 0) this.#stops.run()
    this.#matching.high = 0
  }

  #place(c: Command): RejectCode {
    const shape = this.#placement.shape(c)
    if (shape !== ACCEPTED) return shape
    if (c.firstSent !== 0) return this.#placeOnce(c)
    return this.#placeNow(c)
  }

  #placeNow(c: Command): RejectCode {
    this.#beginTrading()
    return this.#tradingStep(c, this.#placement.place(c))
  }

  /** Idempotent retry: what was answered to the same order before is answered again. */
  #placeOnce(c: Command): RejectCode {
    if (c.clientId.length === 0) return INVALID_COMBINATION
    const retries = this.#retries
    const { output, moment } = this.#shard
    const refused = retries.recall(c, moment.time)
    if (refused !== ACCEPTED) return refused
    if (retries.found >= 0) {
      retries.ring.repeat(retries.found, output)
      this.#repeated = retries.ring.originalSequence(retries.found)
      return retries.ring.reject(retries.found)
    }
    const reject = this.#placeNow(c)
    retries.remember(c, output, moment.sequence, reject)
    return reject
  }

  #replace(c: Command): RejectCode {
    const shape = this.#replacement.shape(c)
    if (shape !== ACCEPTED) return shape
    this.#beginTrading()
    const replacement = this.#replacement
    const reject = this.#tradingStep(c, replacement.execute(c))
    if (replacement.reached) {
      this.#shard.writer.replace(replacement.cancelled, replacement.placed, replacement.attempted)
    }
    return reject
  }

  #amend(c: Command): RejectCode {
    const shape = this.#amendment.shape(c)
    if (shape !== ACCEPTED) return shape
    this.#beginTrading()
    return this.#tradingStep(c, this.#amendment.amend(c))
  }
}

function isSessionKind(kind: CommandKind): boolean {
  return kind >= OPEN_SESSION && kind <= EXPIRE_SESSION
}
