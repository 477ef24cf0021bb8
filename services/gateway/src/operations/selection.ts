import { PublicErrors, publicError, publicSymbolStatus } from '@uptick/protocol'
import { SERVER_BUSY } from '../engine-link/link-errors.ts'
import type { Market } from '../engine-link/catalogue.ts'
import type { Services } from './services.ts'
import type { Params } from '../params/params.ts'

/** The markets that `symbol`, `symbols` and `symbolStatus` name. */
export interface Selection {
  readonly markets: readonly Market[]
  /** Selected by `symbol`: the answer is an object, not an array. */
  readonly single: boolean
}

const STATUSES = { TRADING: 'TRADING', HALT: 'HALT', BREAK: 'BREAK' } as const
const INVALID_STATUS = publicError(PublicErrors.INVALID_SYMBOL_STATUS)

/** Read a selection; without parameters it is every market. Throws -1121, -1128, -1151, -1122, -1220. */
export function selectionOf(params: Params, { catalogue }: Services): Selection {
  if (!catalogue.isLoaded) throw SERVER_BUSY
  const symbol = params.text('symbol')
  const symbols = params.list('symbols')
  const status = params.choice('symbolStatus', STATUSES, INVALID_STATUS)
  if (symbol !== undefined && symbols !== undefined) throw publicError(PublicErrors.INVALID_COMBINATION)
  if (symbols !== undefined && new Set(symbols).size < symbols.length) throw publicError(PublicErrors.DUPLICATE_SYMBOLS)
  const names = symbol === undefined ? symbols : [symbol]
  const markets = names?.map((name) => named(catalogue.market(name))) ?? catalogue.markets
  const matching = status === undefined ? markets : markets.filter((market) => statusOf(market) === status)
  if (symbol !== undefined && matching.length === 0) throw publicError(PublicErrors.SYMBOL_STATUS_MISMATCH)
  return { markets: matching, single: symbol !== undefined }
}

/** How many symbols a request names, for its weight; `undefined` for all. Never throws. */
export function namedCount(params: Params): number | undefined {
  if (params.raw('symbol') !== undefined) return 1
  const symbols = params.raw('symbols')
  return symbols === undefined ? undefined : symbols.split(',').length
}

export function statusOf(market: Market): string {
  return publicSymbolStatus(market.definition.status)
}

function named(market: Market | undefined): Market {
  if (market === undefined) throw publicError(PublicErrors.INVALID_SYMBOL)
  return market
}
