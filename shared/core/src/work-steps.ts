import type { Cancellation } from './cancellation.ts'
import { type Command, CommandKind, namesMarket } from './command.ts'
import type { Market } from './market.ts'
import { WorkKind } from './market-work.ts'
import type { Matching } from './matching.ts'
import { NONE as EMPTY } from './order-store.ts'
import type { Shard } from './shard.ts'
import type { StopStarter } from './stop-starter.ts'

// As constants of this module: only those are compiled into the code.
const { NONE: NOTHING, ORDER, CANCELS } = WorkKind
const { CANCEL_ACCOUNT } = CommandKind
const NO_SEAT = EMPTY

/** Work that is too large for one command: which markets have some left, and its next steps. */
export class WorkSteps {
  readonly #shard: Shard
  readonly #matching: Matching
  readonly #cancellation: Cancellation
  readonly #stops: StopStarter

  constructor(shard: Shard, matching: Matching, cancellation: Cancellation, stops: StopStarter) {
    this.#shard = shard
    this.#matching = matching
    this.#cancellation = cancellation
    this.#stops = stops
  }

  /** Does the command touch a market with unfinished work? Then it changes nothing, and is to be sent again. */
  isBusy(c: Command): boolean {
    const { markets, accounts, seats } = this.#shard
    if (c.kind === CANCEL_ACCOUNT) {
      let seat = accounts.has(c.account) ? accounts.seats(c.account) : NO_SEAT
      while (seat !== NO_SEAT && !(seats.orders(seat) > 0 && isUnfinished(markets[seats.symbol(seat)]))) {
        seat = seats.next(seat)
      }
      return seat !== NO_SEAT
    }
    return namesMarket(c.kind) && isUnfinished(markets[c.symbol])
  }

  /** CONTINUE: the next step of the market whose turn it is. */
  continue(): void {
    const { boundedSteps, steps, touches, markets } = this.#shard
    if (!boundedSteps) {
      this.#stops.runShared()
      return
    }
    const market = steps.busy[0]
    if (market === undefined) return
    if (market.work.kind === ORDER) this.#matching.resume(market)
    else if (market.work.kind === CANCELS) this.#cancellation.resume(market)
    touches.flush(markets)
    this.#stops.run(market)
    this.note(market)
  }

  /** Report that the market's work continues, or that it ended. */
  note(market: Market): void {
    const { steps, images, writer } = this.#shard
    const { unfinished, work } = market
    if (!steps.note(market, unfinished !== NOTHING)) return
    if (unfinished === ORDER) writer.work(market.id, ORDER, images.account(work.slot), images.orderId(work.slot))
    else writer.work(market.id, unfinished, work.account, 0)
  }

  /** The same for a market whose work may come from an earlier command. */
  noteNews(market: Market): void {
    if (!this.#shard.steps.busy.includes(market)) this.note(market)
  }
}

function isUnfinished(market: Market | undefined): boolean {
  return market !== undefined && market.unfinished !== NOTHING
}
