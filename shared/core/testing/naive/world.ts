import type { Event, OrderImage } from '../../src/event.ts'
import type { SymbolDefinition, SymbolFilters } from '../../src/definition.ts'
import type { AccountStatus, Side, SymbolStatus } from '../../src/enums.ts'
import type { WorkKind } from '../../src/market-work.ts'
import type { RejectCode } from '../../src/reject.ts'

/** An open order of the oracle: its public image plus where it is and what ranks it. */
export type NaiveOrder = { -readonly [Field in keyof OrderImage]: OrderImage[Field] } & {
  /** `stop`: not triggered; `waiting`: triggered, not started; `book`: resting; `taker`: being matched. */
  place: 'stop' | 'waiting' | 'book' | 'taker'
  /** Does it hold locked funds? MARKET orders and started market stops do not. */
  locks: boolean
  /** Rank within a level: journaled time of joining it, then arrival. */
  priorityTime: number
  arrival: number
  /** MARKET by quote quantity: what is left to spend or to receive. */
  left: bigint
  /** Behaviour 2, market orders: what is held of the asset they pay with. */
  held: bigint
  /** Behaviour 2, by quote quantity: units that may still be taken, and whether the book ends before the quote does. */
  unitsLeft: bigint
  short: boolean
}

export interface NaiveBalance {
  free: bigint
  locked: bigint
}

export interface NaiveAccount {
  readonly id: number
  status: AccountStatus
  readonly balances: Map<number, NaiveBalance>
  /** Own fee rates by symbol name; the empty name means every symbol. */
  readonly fees: Map<string, { maker: number; taker: number }>
}

export interface NaiveAsset {
  readonly code: string
  readonly decimals: number
  deposits: bigint
  withdrawals: bigint
  fees: bigint
}

export interface NaiveTrade {
  readonly time: number
  readonly price: number
  readonly quantity: number
}

export interface NaiveSymbol {
  readonly id: number
  readonly definition: SymbolDefinition
  readonly base: number
  readonly quote: number
  /** Quote units of one price unit times one quantity unit. */
  readonly quoteScale: bigint
  /** Base units of one quantity unit. */
  readonly baseScale: bigint
  filters: SymbolFilters
  status: SymbolStatus
  readonly trades: NaiveTrade[]
  lastPrice: number
  lastTradeId: number
  lastAggregateId: number
  lastPreventedId: number
  updateId: number
  /** The reference price of PERCENT_PRICE_BY_SIDE, and the journaled second it was computed in. */
  reference: { second: number; price: number } | undefined
  /** Behaviour 2: what goes on in later commands. */
  work: NaiveWork | undefined
}

export type NaiveWork =
  | { readonly kind: typeof WorkKind.ORDER; readonly order: NaiveOrder }
  | { readonly kind: typeof WorkKind.CANCELS; readonly account: number; readonly cancelId: string }

export interface NaiveReply {
  readonly reject: RejectCode
  readonly repeated: boolean
  readonly originalSequence: number
  readonly events: readonly Event[]
}

export interface NaiveSession {
  last: number
  readonly replies: Map<number, NaiveReply>
}

export interface NaiveRetry {
  readonly account: number
  readonly clientId: string
  readonly firstSent: number
  readonly digest: string
  readonly reply: NaiveReply
}

/** Behaviour 2: a command does a bounded amount of work, and what a market order may spend is fixed beforehand. */
export function isBounded(world: World): boolean {
  return world.behaviours.has(2)
}

/** The whole state of the oracle, and the scratch of the command under way. */
export interface World {
  readonly shard: number
  readonly supportedBehaviours: readonly number[]
  sequence: number
  time: number
  readonly assets: NaiveAsset[]
  readonly symbols: NaiveSymbol[]
  readonly accounts: NaiveAccount[]
  orders: NaiveOrder[]
  waiting: NaiveOrder[]
  /** Behaviour 2: symbols with unfinished work, in the order of their turns. */
  busy: number[]
  readonly sessions: Map<number, NaiveSession>
  retries: NaiveRetry[]
  readonly retriesMax: number
  /** Account → the latest first sending among its retries that had to go before their time. */
  readonly forgotten: Map<number, number>
  readonly behaviours: Set<number>
  lastOrder: number
  lastExecution: number
  lastArrival: number

  events: Event[]
  levels: { symbol: number; side: Side; price: number }[]
  balances: { account: number; asset: number }[]
  stopsStarted: number
  /** Behaviour 2: makers that may still be met, orders cancelled, stops started. */
  stepLeft: number
  /** Index into `events` where the command's own step began and ended. */
  stepFrom: number
  stepTo: number
  /** Orders that the command itself placed, cancelled or amended. */
  readonly ownOrders: Set<number>
}

export function emptyWorld(shard: number, supportedBehaviours: readonly number[], retriesMax: number): World {
  return {
    shard,
    supportedBehaviours,
    sequence: 0,
    time: 0,
    assets: [],
    symbols: [],
    accounts: [],
    orders: [],
    waiting: [],
    busy: [],
    sessions: new Map(),
    retries: [],
    retriesMax,
    forgotten: new Map(),
    behaviours: new Set(),
    lastOrder: 0,
    lastExecution: 0,
    lastArrival: 0,
    events: [],
    levels: [],
    balances: [],
    stopsStarted: 0,
    stepLeft: 0,
    stepFrom: 0,
    stepTo: 0,
    ownOrders: new Set(),
  }
}

export function accountOf(world: World, id: number): NaiveAccount {
  return world.accounts[id - 1]!
}

export function symbolOf(world: World, order: { symbol: number }): NaiveSymbol {
  return world.symbols[order.symbol]!
}
