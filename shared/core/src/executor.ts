/* oxlint-disable typescript/no-non-null-assertion -- the command was tested: what it names is there. */
import { Administration } from './administration.ts'
import { Amendment } from './amendment.ts'
import { Cancellation } from './cancellation.ts'
import { type Command, CommandKind } from './command.ts'
import { OrderImport } from './import-order.ts'
import type { Market } from './market.ts'
import { MarketFunds } from './market-funds.ts'
import { Matching } from './matching.ts'
import { OrderChecks } from './order-checks.ts'
import { NONE as EMPTY } from './order-store.ts'
import { Placement } from './placement.ts'
import { Reject, type RejectCode } from './reject.ts'
import { Replacement } from './replacement.ts'
import type { RetryMemory } from './retry-memory.ts'
import type { Session, Sessions } from './sessions.ts'
import type { Shard } from './shard.ts'
import { StopStarter } from './stop-starter.ts'
import { WorkSteps } from './work-steps.ts'

// As constants of this module: only those are compiled into the code.
const {
  SESSION_UNKNOWN,
  SESSION_GAP,
  REPLY_FORGOTTEN,
  NONE: ACCEPTED,
  INVALID_COMBINATION,
  INSUFFICIENT_BALANCE,
  MARKET_BUSY,
} = Reject
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
  SET_SYMBOL_STATUS,
  ACTIVATE_BEHAVIOUR,
} = CommandKind
const NO_SEAT = EMPTY

/** Executes commands: exactly once within a session, each by its kind; waiting stop orders first. */
export class Executor {
  readonly #shard: Shard
  readonly #sessions: Sessions
  readonly #retries: RetryMemory
  readonly #matching: Matching
  readonly #checks: OrderChecks
  readonly #placement: Placement
  readonly #cancellation: Cancellation
  readonly #replacement: Replacement
  readonly #amendment: Amendment
  readonly #import: OrderImport
  readonly #administration: Administration
  readonly #stops: StopStarter
  readonly #work: WorkSteps
  /** Sequence of the original command while a remembered reply is repeated; else 0. */
  #repeated = 0

  constructor(shard: Shard, sessions: Sessions, retries: RetryMemory) {
    this.#shard = shard
    this.#sessions = sessions
    this.#retries = retries
    const funds = new MarketFunds(shard)
    this.#matching = new Matching(shard, funds)
    this.#checks = new OrderChecks(shard, funds)
    this.#placement = new Placement(shard, this.#checks, funds, this.#matching)
    this.#cancellation = new Cancellation(shard)
    this.#replacement = new Replacement(shard, this.#checks, this.#placement, this.#cancellation)
    this.#amendment = new Amendment(shard, this.#matching, this.#checks, this.#cancellation)
    this.#import = new OrderImport(shard, this.#checks.limits)
    this.#administration = new Administration(shard)
    this.#stops = new StopStarter(shard, this.#matching, this.#checks.limits, funds)
    this.#work = new WorkSteps(shard, this.#matching, this.#cancellation, this.#stops)
  }

  /** Execute one command whose outcome has begun. Writes the outcome's events; the caller ends the outcome. */
  execute(c: Command): RejectCode {
    return c.session === 0 || isSessionKind(c.kind) ? this.#perform(c) : this.#performOnce(c)
  }

  /** The reason why a PLACE would be refused, its money aside; see `Exchange.test`. */
  test(c: Command): RejectCode {
    const reject = this.#checks.shape(c) || this.#checks.test(c, this.#market(c))
    return reject === INSUFFICIENT_BALANCE ? ACCEPTED : reject
  }

  /** Execute the session's next number and remember its reply; answer an earlier number from memory. */
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
    const { steps, boundedSteps } = this.#shard
    this.#repeated = 0
    this.#stops.begin()
    steps.begin(boundedSteps)
    if (steps.busy.length > 0 && this.#work.isBusy(c)) return MARKET_BUSY
    const reject = this.#dispatch(c)
    if (this.#shard.ledger.touchedCount > 0) this.#shard.writer.balances(this.#shard.ledger)
    return reject
  }

  #dispatch(c: Command): RejectCode {
    switch (c.kind) {
      case PLACE:
        return this.#place(c)
      case CANCEL:
        return this.#step(c, this.#cancellation.cancel(c))
      case CANCEL_ALL:
        return this.#step(c, this.#cancellation.cancelAll(c))
      case CANCEL_ACCOUNT:
        return this.#cancelAccount(c)
      case CANCEL_REPLACE:
        return this.#replace(c)
      case AMEND_KEEP_PRIORITY:
        return this.#step(c, this.#amendment.keepPriority(c))
      case AMEND:
        return this.#amend(c)
      case IMPORT_ORDER:
        return this.#step(c, this.#import.execute(c))
      case CONTINUE:
        this.#work.continue()
        return ACCEPTED
      case TICK:
        return ACCEPTED
      case OPEN_SESSION:
      case END_SESSION:
      case EXPIRE_SESSION:
        return this.#sessions.execute(c, this.#shard.writer)
      default:
        return this.#administer(c)
    }
  }

  /** The command's own change is made: report the levels that it changed. */
  #step(c: Command, reject: RejectCode): RejectCode {
    const { touches, markets, boundedSteps } = this.#shard
    touches.flush(markets)
    if (boundedSteps && reject === ACCEPTED) this.#work.note(this.#market(c))
    return reject
  }

  #cancelAccount(c: Command): RejectCode {
    const reject = this.#cancellation.cancelAccount(c)
    const { touches, markets, boundedSteps, accounts, seats } = this.#shard
    touches.flush(markets)
    if (!boundedSteps || reject !== ACCEPTED) return reject
    const found: Market[] = []
    for (let seat = accounts.seats(c.account); seat !== NO_SEAT; seat = seats.next(seat)) {
      found.push(markets[seats.symbol(seat)]!)
    }
    found.sort((a, b) => a.id - b.id)
    for (const market of found) this.#work.noteNews(market)
    return reject
  }

  #administer(c: Command): RejectCode {
    const reject = this.#administration.execute(c)
    const { markets, boundedSteps } = this.#shard
    if (reject !== ACCEPTED || !boundedSteps) return reject
    // The market trades again, or keeps its own queue of stops from now on.
    if (c.kind === SET_SYMBOL_STATUS) this.#work.note(this.#market(c))
    if (c.kind === ACTIVATE_BEHAVIOUR) for (const market of markets) this.#work.noteNews(market)
    return reject
  }

  /** The market of a command whose symbol is known. */
  #market(c: Command): Market {
    return this.#shard.markets[c.symbol]!
  }

  /** `#step` for a command whose order may have traded: it also starts the stop orders that were triggered. */
  #tradingStep(market: Market, reject: RejectCode): RejectCode {
    const { touches, markets, triggers, boundedSteps } = this.#shard
    touches.flush(markets)
    if (boundedSteps) {
      if (market.waiting.count > 0) this.#stops.run(market)
      this.#work.note(market)
      return reject
    }
    this.#stops.reach(market)
    if (triggers.shared.count > 0) this.#stops.runShared()
    return reject
  }

  /** Before BOUNDED_STEPS waiting stop orders start before a command that may trade. */
  #beginTrading(): void {
    if (this.#shard.triggers.shared.count > 0) this.#stops.runShared()
    this.#matching.traded.clear()
  }

  #place(c: Command): RejectCode {
    const shape = this.#checks.shape(c)
    if (shape !== ACCEPTED) return shape
    if (c.firstSent !== 0) return this.#placeOnce(c)
    return this.#placeNow(c)
  }

  #placeNow(c: Command): RejectCode {
    const market = this.#market(c)
    this.#beginTrading()
    return this.#tradingStep(market, this.#placement.place(c, market))
  }

  /** Idempotent retry: an order that was answered before gets the same answer. */
  #placeOnce(c: Command): RejectCode {
    if (c.clientId.length === 0) return INVALID_COMBINATION
    const retries = this.#retries
    const { output, moment, retryShares } = this.#shard
    const refused = retries.recall(c, moment.time, retryShares)
    if (refused !== ACCEPTED) return refused
    if (retries.found >= 0) {
      retries.ring.repeat(retries.found, output)
      this.#repeated = retries.ring.originalSequence(retries.found)
      return retries.ring.reject(retries.found)
    }
    const reject = this.#placeNow(c)
    retries.remember(c, output, moment.sequence, reject, moment.time)
    return reject
  }

  #replace(c: Command): RejectCode {
    const shape = this.#replacement.shape(c)
    if (shape !== ACCEPTED) return shape
    const market = this.#market(c)
    this.#beginTrading()
    const replacement = this.#replacement
    const reject = this.#tradingStep(market, replacement.execute(c, market))
    if (replacement.reached) {
      this.#shard.writer.replace(replacement.cancelled, replacement.placed, replacement.attempted)
    }
    return reject
  }

  #amend(c: Command): RejectCode {
    const shape = this.#amendment.shape(c)
    if (shape !== ACCEPTED) return shape
    const market = this.#market(c)
    this.#beginTrading()
    return this.#tradingStep(market, this.#amendment.amend(c, market))
  }
}

function isSessionKind(kind: CommandKind): boolean {
  return kind >= OPEN_SESSION && kind <= EXPIRE_SESSION
}
