import { OrderType, SelfTradePrevention, SymbolStatus, TimeInForce } from '../src/enums.ts'

/** What a random stream is made of. Percentages are 0 … 100. */
export interface Profile {
  readonly accounts: number
  /** Highest first deposit, in units. */
  readonly funds: number
  readonly verbs: Readonly<Record<'place' | 'cancel' | 'amend' | 'replace' | 'go' | 'administration', number>>
  readonly types: Readonly<Record<'limit' | 'market' | 'maker' | 'stop', number>>
  /** Prices are middle ± spread. */
  readonly middle: number
  readonly spread: number
  readonly quantityMax: number
  /** Commands with a session number. */
  readonly sessions: number
  /** Commands sent again. */
  readonly repeats: number
  /** Placements in the idempotent memory. */
  readonly retries: number
  /** Nonsense in one field. */
  readonly nonsense: number
  /** Filters that are set. */
  readonly filters: number
  /** How far the middle jumps every hundred commands or so: what triggers many stops at once. */
  readonly jump: number
  /** Prices of every magnitude, from 1 to 9 × 10^13. */
  readonly wide: boolean
  /** Amounts near 2^53 and 2^62. */
  readonly large: boolean
}

const plain: Profile = {
  accounts: 5,
  funds: 200_000,
  verbs: { place: 70, cancel: 12, amend: 6, replace: 5, go: 1, administration: 6 },
  types: { limit: 60, market: 15, maker: 10, stop: 15 },
  middle: 100,
  spread: 6,
  quantityMax: 30,
  sessions: 20,
  repeats: 3,
  retries: 5,
  nonsense: 1,
  filters: 20,
  jump: 0,
  wide: false,
  large: false,
}

export const profiles = {
  plain,
  /** Two accounts that mostly meet themselves. */
  selfish: { ...plain, accounts: 2, sessions: 5 },
  /** Cascades: many stops away from the price, and a price that jumps. */
  stops: {
    ...plain,
    funds: 5_000_000,
    verbs: { place: 90, cancel: 3, amend: 2, replace: 2, go: 2, administration: 1 },
    types: { limit: 37, market: 8, maker: 3, stop: 52 },
    spread: 3,
    jump: 12,
    filters: 3,
  },
  /** Deep books, hardly any rejection. */
  rich: {
    ...plain,
    funds: 1_000_000_000,
    verbs: { place: 80, cancel: 10, amend: 5, replace: 4, go: 0, administration: 1 },
    types: { limit: 75, market: 10, maker: 10, stop: 5 },
    spread: 20,
    filters: 0,
    nonsense: 0,
  },
  /** Hardly any money: affordability decides everything. */
  poor: { ...plain, funds: 3_000, types: { limit: 40, market: 40, maker: 5, stop: 15 } },
  /** Every filter, changed all the time. */
  filtered: {
    ...plain,
    accounts: 3,
    verbs: { place: 60, cancel: 6, amend: 8, replace: 16, go: 0, administration: 10 },
    filters: 90,
  },
  /** The exactly-once memories. */
  forgetful: { ...plain, sessions: 80, repeats: 25, retries: 40 },
  /** Garbage in every third command. */
  garbled: { ...plain, nonsense: 35 },
  /** Books that span many orders of magnitude, with few orders at each price. */
  wide: {
    ...plain,
    verbs: { place: 75, cancel: 15, amend: 6, replace: 3, go: 0, administration: 1 },
    filters: 0,
    nonsense: 0,
    quantityMax: 3,
    wide: true,
    large: true,
  },
  /** The edges of the arithmetic. */
  large: { ...plain, large: true, filters: 30, middle: 3_000_000_000, spread: 40_000_000, quantityMax: 3_000_000_000 },
  /** Market orders by quote quantity, among own orders and lots of every size. */
  quotes: {
    ...plain,
    accounts: 3,
    funds: 2_000_000,
    verbs: { place: 76, cancel: 6, amend: 3, replace: 6, go: 1, administration: 8 },
    types: { limit: 42, market: 50, maker: 4, stop: 4 },
    sessions: 3,
    filters: 45,
  },
} as const satisfies Record<string, Profile>

export const orderTypes = Object.values(OrderType)
export const timesInForce = Object.values(TimeInForce)
export const modes = Object.values(SelfTradePrevention)
export const symbolStatuses = Object.values(SymbolStatus)
