/* oxlint-disable typescript/no-non-null-assertion -- the command was tested: what it names is there. */
import { AccountRegister } from './account-register.ts'
import { Amount } from './amount.ts'
import { SUPPORTED_BEHAVIOURS, Behaviour } from './behaviours.ts'
import { ClientIdTable } from './client-id-table.ts'
import type { AssetDefinition } from './definition.ts'
import { Side } from './enums.ts'
import { EventWriter } from './event-writer.ts'
import { ImageStore } from './image-store.ts'
import { Ledger } from './ledger.ts'
import { LevelTouches } from './level-touches.ts'
import type { Market, MarketAssets } from './market.ts'
import { BookMemory } from './order-book.ts'
import { NONE as EMPTY } from './order-store.ts'
import { Moment, Output } from './output.ts'
import { SeatStore } from './seat-store.ts'
import { Steps } from './steps.ts'
import { isStop, Triggers } from './triggers.ts'

// As constants of this module: only those are compiled into the code.
const { BUY } = Side
const NONE = EMPTY

/** Order ids of shard s are s × 10^12 + 1, 2, 3 … */
const ORDER_IDS = 1_000_000_000_000

/** An asset and the money that came in and went out since the beginning. */
export interface Asset {
  readonly definition: AssetDefinition
  /** Balance slot of the fees collected. */
  readonly fees: number
  deposits: bigint
  withdrawals: bigint
}

/** The whole state of a shard, and the small steps that operations consist of. */
export class Shard {
  readonly number: number
  readonly supported: readonly number[]
  /** Sequence and journaled time of the current command, or of the last one. */
  readonly moment = new Moment()
  lastOrder = 0
  readonly output = new Output(this.moment)
  readonly memory = new BookMemory()
  readonly orders = this.memory.orders
  readonly images = new ImageStore()
  readonly ledger = new Ledger()
  readonly seats = new SeatStore()
  readonly clientIds = new ClientIdTable(this.images)
  readonly accounts = new AccountRegister()
  readonly assets: Asset[] = []
  readonly markets: Market[] = []
  /** Active behaviours, in order of activation. */
  readonly behaviours: number[] = []
  feeHalfEven = false
  preventedQuantity = false
  aggregateIds = false
  boundedSteps = false
  documentedRules = false
  retryShares = false
  #ownInQuote = false
  readonly writer = new EventWriter(this.output, this.images)
  readonly touches = new LevelTouches(this.memory.levels, this.writer)
  readonly triggers = new Triggers(this.memory, this.images)
  readonly steps: Steps
  readonly #amount = new Amount()

  constructor(number: number, supported: readonly number[] = SUPPORTED_BEHAVIOURS, stepWorkMax?: number) {
    this.number = number
    this.steps = new Steps(stepWorkMax)
    this.supported = supported
  }

  /** What a market needs to know about its two assets. */
  marketAssets(base: number, quote: number): MarketAssets {
    const { assets } = this
    return {
      base,
      quote,
      baseFees: assets[base]!.fees,
      quoteFees: assets[quote]!.fees,
      baseDecimals: assets[base]!.definition.decimals,
      quoteDecimals: assets[quote]!.definition.decimals,
    }
  }

  activate(behaviour: number): void {
    this.behaviours.push(behaviour)
    if (behaviour === Behaviour.FEE_HALF_EVEN) this.feeHalfEven = true
    if (behaviour === Behaviour.BOUNDED_STEPS) this.boundedSteps = this.triggers.byMarket = true
    if (behaviour === Behaviour.DOCUMENTED_RULES) this.documentedRules = true
    if (behaviour === Behaviour.PREVENTED_QUANTITY) this.preventedQuantity = true
    if (behaviour === Behaviour.AGGREGATE_IDS) this.#numberAggregates()
    if (behaviour === Behaviour.RETRY_SHARES) this.retryShares = true
    if (behaviour === Behaviour.COMPACT_FILLS) this.writer.writeCompactFills()
    if (behaviour === Behaviour.OWN_IN_QUOTE) this.#ownInQuote = true
  }

  /** OWN_IN_QUOTE concerns the lots of DOCUMENTED_RULES and the plan of BOUNDED_STEPS, so it applies only with both. */
  get ownInQuote(): boolean {
    return this.#ownInQuote && this.documentedRules && this.boundedSteps
  }

  /** The step of a market order's quantity when its money does not pay for all that it wants. */
  marketStep({ filters }: Market): number {
    return this.documentedRules && this.boundedSteps ? filters.bothSteps : filters.marketStep
  }

  /** Readers used trade ids for earlier aggregates: continue after the last of them. */
  #numberAggregates(): void {
    this.aggregateIds = true
    for (const { aggregates, lastTradeId } of this.markets) aggregates.last = lastTradeId
  }

  nextOrderId(): number {
    return this.number * ORDER_IDS + ++this.lastOrder
  }

  /** Slot of the account's balance; created when there is none. */
  balance(account: number, asset: number): number {
    const found = this.ledger.find(account, asset)
    if (found !== NONE) return found
    const slot = this.ledger.open(account, asset, this.accounts.balances(account))
    this.accounts.setBalances(account, slot)
    return slot
  }

  /** The account's seat on the market; created when there is none. */
  seat(account: number, market: Market): number {
    const found = this.seats.find(account, market.id)
    if (found !== NONE) return found
    const base = this.balance(account, market.base)
    const quote = this.balance(account, market.quote)
    const seat = this.seats.open(account, market.id, base, quote, this.accounts.seats(account))
    this.accounts.setSeats(account, seat)
    this.applyFees(seat)
    return seat
  }

  /** Set the seat's rates to those that apply to its account and market now. */
  applyFees(seat: number): void {
    const market = this.markets[this.seats.symbol(seat)]!
    const own = this.accounts.ownFees(this.seats.account(seat), market.name)
    this.seats.setFees(seat, own?.maker ?? market.makerFee, own?.taker ?? market.takerFee)
  }

  /** The balance that an order pays with. */
  paying(slot: number): number {
    const seat = this.orders.owner(slot)
    return this.images.side(slot) === BUY ? this.seats.quote(seat) : this.seats.base(seat)
  }

  /** The amount that an order must lock for `quantity` to be filled. False when it exceeds 2^62. */
  lockOf(market: Market, side: Side, price: number, quantity: number, into: Amount): boolean {
    return side === BUY
      ? into.setProduct(price, quantity, market.quoteScale)
      : into.setProduct(quantity, market.baseScale, 1)
  }

  /** The price that an order's lock is computed with: its limit, or the stop price of a market stop. */
  lockPrice(slot: number): number {
    return this.images.price(slot) || this.images.stopPrice(slot)
  }

  lock(market: Market, slot: number, quantity: number): void {
    this.lockOf(market, this.images.side(slot), this.lockPrice(slot), quantity, this.#amount)
    this.ledger.lock(this.paying(slot), this.#amount)
  }

  unlock(market: Market, slot: number, quantity: number): void {
    this.lockOf(market, this.images.side(slot), this.lockPrice(slot), quantity, this.#amount)
    this.ledger.unlock(this.paying(slot), this.#amount)
  }

  /** Make an order open: entered by its client id, in its seat's list, counted. `remaining` is set. */
  enlist(slot: number): void {
    const seat = this.orders.owner(slot)
    if (this.images.clientLength(slot) > 0) this.clientIds.enter(this.images.clientHash(slot), slot)
    this.images.links.link(slot, this.seats.head(seat))
    this.seats.setHead(seat, slot)
    this.seats.countOrders(seat, 1)
    if (this.images.side(slot) === BUY) this.seats.raiseOpenBuy(seat, this.orders.remaining(slot))
  }

  /** Undo `enlist`. The order id stays in its table until the slot is released. */
  delist(slot: number): void {
    const seat = this.orders.owner(slot)
    if (this.images.clientLength(slot) > 0) this.clientIds.remove(slot)
    this.seats.setHead(seat, this.images.links.unlink(slot, this.seats.head(seat)))
    this.seats.countOrders(seat, -1)
    if (this.images.side(slot) === BUY) this.seats.lowerOpenBuy(seat, this.orders.remaining(slot))
  }

  /** Take an open order from its place: the book, a stop index, the waiting queue. It stays enlisted. */
  withdraw(market: Market, slot: number): void {
    if (isStop(this.images.type(slot)) && !this.images.isWorking(slot)) {
      this.triggers.remove(market, slot)
      this.seats.countStops(this.orders.owner(slot), -1)
      return
    }
    const side = this.images.side(slot)
    this.touches.touch(market, side, this.orders.level(slot))
    market.book.remove(slot)
  }
}
