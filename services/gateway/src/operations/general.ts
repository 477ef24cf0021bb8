import { PublicErrors, publicError, symbolInfo, timeIn } from '@uptick/protocol'
import type { Market } from '../engine-link/catalogue.ts'
import type { Services } from './services.ts'
import { Json, type Operation } from './operation.ts'
import type { Params } from '../params/params.ts'
import { selectionOf } from './selection.ts'

const EMPTY = new Json('{}')

export const ping: Operation = {
  name: 'ping',
  rest: { method: 'GET', path: '/api/v3/ping' },
  ws: 'ping',
  security: 'NONE',
  weight: () => 1,
  run: () => EMPTY,
}

export const time: Operation = {
  name: 'time',
  rest: { method: 'GET', path: '/api/v3/time' },
  ws: 'time',
  security: 'NONE',
  weight: () => 1,
  run: ({ services, timeUnit }) => new Json(`{"serverTime":${timeIn(services.clock.now(), timeUnit)}}`),
}

export const exchangeInfo: Operation = {
  name: 'exchangeInfo',
  rest: { method: 'GET', path: '/api/v3/exchangeInfo' },
  ws: 'exchangeInfo',
  security: 'NONE',
  weight: () => 20,
  run({ services, timeUnit }, params) {
    const withPermissions = params.boolean('showPermissionSets') ?? true
    const markets = permitted(params) ? selected(params, services) : []
    const symbols = markets.map((market) => symbolText(services, market, withPermissions)).join(',')
    const serverTime = timeIn(services.clock.now(), timeUnit)
    const rateLimits = services.limits.states('').map(({ count: _count, ...limit }) => limit)
    return new Json(
      `{"timezone":"UTC","serverTime":${serverTime},"rateLimits":${JSON.stringify(rateLimits)},` +
        `"exchangeFilters":[],"symbols":[${symbols}]}`,
    )
  },
}

const NORMAL = new Json('{"status":0,"msg":"normal"}')
const MAINTENANCE = new Json('{"status":1,"msg":"system_maintenance"}')

/**
 * Whether trading is possible: at least one market is open, and the engine answers within the hold. `exchangeInfo` has
 * the status of each market.
 */
export const systemStatus: Operation = {
  name: 'systemStatus',
  rest: { method: 'GET', path: '/sapi/v1/system/status' },
  security: 'NONE',
  weight: () => 1,
  async run({ services }) {
    const isLed = await services.link.query({ kind: 'status' }).then(
      () => true,
      () => false,
    )
    const isOpen = services.catalogue.markets.some(({ definition }) => definition.status === 'TRADING')
    return isLed && isOpen ? NORMAL : MAINTENANCE
  },
}

function selected(params: Params, services: Services): readonly Market[] {
  const isNamed = params.has('symbol') || params.has('symbols')
  if (isNamed && (params.has('symbolStatus') || params.has('permissions'))) {
    throw publicError(PublicErrors.INVALID_COMBINATION)
  }
  return selectionOf(params, services).markets
}

/** Every market is a spot market. */
function permitted(params: Params): boolean {
  const text = params.text('permissions')
  if (text === undefined) return true
  return text.startsWith('[') ? params.list('permissions')?.includes('SPOT') === true : text === 'SPOT'
}

const texts = new WeakMap<Market, string[]>()

/** The text of one symbol, made once for each definition of it. */
function symbolText(services: Services, market: Market, withPermissions: boolean): string {
  let kept = texts.get(market)
  if (kept === undefined) texts.set(market, (kept = []))
  return (kept[Number(withPermissions)] ??= JSON.stringify(
    symbolInfo(services.catalogue.format.symbol(market.id), withPermissions),
  ))
}
