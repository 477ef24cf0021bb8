import {
  bookTicker,
  dayTicker,
  miniTicker,
  priceTicker,
  publicError,
  PublicErrors,
  type SymbolFormat,
} from '@uptick/protocol'
import { DAY_MINUTES, type SymbolMarketData } from '../market/market-data.ts'
import { seen } from './market-operations.ts'
import type { Operation, OperationContext } from './operation.ts'
import type { Params } from '../params/params.ts'
import { namedCount, selectionOf } from './selection.ts'

const TYPES = { FULL: 'FULL', MINI: 'MINI' } as const
const INVALID_TYPE = publicError(PublicErrors.INVALID_TICKER_TYPE)

export const tickerDay: Operation = {
  name: 'ticker.24hr',
  rest: { method: 'GET', path: '/api/v3/ticker/24hr' },
  ws: 'ticker.24hr',
  security: 'NONE',
  weight(params) {
    const count = namedCount(params)
    return count === undefined || count > 100 ? 80 : count > 20 ? 40 : 2
  },
  run(context, params) {
    const render = params.choice('type', TYPES, INVALID_TYPE) === 'MINI' ? miniTicker : dayTicker
    return each(context, params, (data, format) => render(data.ticker(DAY_MINUTES), format, context.timeUnit))
  },
}

export const tickerPrice: Operation = {
  name: 'ticker.price',
  rest: { method: 'GET', path: '/api/v3/ticker/price' },
  ws: 'ticker.price',
  security: 'NONE',
  weight: (params) => (namedCount(params) === 1 ? 2 : 4),
  run: (context, params) => each(context, params, (data, format) => priceTicker(data.lastPrice, format)),
}

export const tickerBook: Operation = {
  name: 'ticker.book',
  rest: { method: 'GET', path: '/api/v3/ticker/bookTicker' },
  ws: 'ticker.book',
  security: 'NONE',
  weight: (params) => (namedCount(params) === 1 ? 2 : 4),
  run: (context, params) => each(context, params, (data, format) => bookTicker(data.bookTicker(), format)),
}

/** One row for a `symbol`, an array for anything else. */
function each(
  { services }: OperationContext,
  params: Params,
  render: (data: SymbolMarketData, format: SymbolFormat) => object,
): object {
  const { markets, single } = selectionOf(params, services)
  const rows = markets.map((market) => {
    const { data, format } = seen(services, market)
    return render(data, format)
  })
  const [first] = rows
  return single && first !== undefined ? first : rows
}
