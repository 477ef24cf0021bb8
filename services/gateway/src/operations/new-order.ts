import { type Command, OrderType, type SelfTradePrevention, type Side, TimeInForce } from '@uptick/core'
import { EngineText, publicError, type PublicError, PublicErrors } from '@uptick/protocol'
import type { Market } from '../engine-link/catalogue.ts'
import type { Services } from './services.ts'
import { quoteUnits, units } from './amounts.ts'
import { clientOrderId, generateClientOrderId } from './client-order-id.ts'
import {
  marketOf,
  orderTypeOf,
  type ResponseType,
  responseTypeOf,
  selfTradePreventionOf,
  sideOf,
  timeInForceOf,
} from './order-names.ts'
import { missing, type Params } from '../params/params.ts'

/** A new order, checked as far as possible without the engine. Numbers are in the symbol's units. */
export interface NewOrder {
  readonly market: Market
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly price: number
  readonly quantity: number
  readonly quoteQuantity: number
  readonly stopPrice: number
  readonly selfTradePrevention: SelfTradePrevention | 0
  readonly strategyId: number
  readonly strategyType: number
  readonly clientId: string
  readonly responseType: ResponseType
}

const STRATEGY_TYPE_MIN = 1_000_000

/** The parameters that each order type takes, besides quantity. */
interface TypeRule {
  readonly timeInForce: boolean
  readonly price: boolean
  readonly stopPrice: boolean
}
const RULES: Readonly<Record<OrderType, TypeRule>> = {
  [OrderType.LIMIT]: { timeInForce: true, price: true, stopPrice: false },
  [OrderType.MARKET]: { timeInForce: false, price: false, stopPrice: false },
  [OrderType.LIMIT_MAKER]: { timeInForce: false, price: true, stopPrice: false },
  [OrderType.STOP_LOSS]: { timeInForce: false, price: false, stopPrice: true },
  [OrderType.STOP_LOSS_LIMIT]: { timeInForce: true, price: true, stopPrice: true },
  [OrderType.TAKE_PROFIT]: { timeInForce: false, price: false, stopPrice: true },
  [OrderType.TAKE_PROFIT_LIMIT]: { timeInForce: true, price: true, stopPrice: true },
}

/** Read the parameters of a new order. Throws the error that Binance has for each mistake. */
export function readNewOrder(params: Params, services: Services): NewOrder {
  const market = marketOf(params, services)
  const { priceDecimals, quantityDecimals } = market.definition
  const side = sideOf(params)
  const type = orderTypeOf(params)
  const rule = RULES[type]
  refuseUnsupported(params)
  const timeInForce = timeInForceOf(params)
  if (rule.timeInForce && timeInForce === undefined) throw missing('timeInForce')
  if (!rule.timeInForce && timeInForce !== undefined && !isHarmless(type, timeInForce)) throw notRequired('timeInForce')
  const price = units(params, 'price', priceDecimals, 'PRICE_FILTER')
  checkPresence('price', price, rule.price)
  const stopPrice = units(params, 'stopPrice', priceDecimals, 'PRICE_FILTER')
  checkPresence('stopPrice', stopPrice, rule.stopPrice)
  const quantity = units(
    params,
    'quantity',
    quantityDecimals,
    type === OrderType.MARKET ? 'MARKET_LOT_SIZE' : 'LOT_SIZE',
  )
  const quoteQuantity = quoteUnits(params, 'quoteOrderQty', market.quote.decimals)
  checkQuantities(type, quantity, quoteQuantity)
  return {
    market,
    side,
    type,
    timeInForce: timeInForce ?? TimeInForce.GTC,
    price: price ?? 0,
    quantity: quantity ?? 0,
    quoteQuantity: quoteQuantity ?? 0,
    stopPrice: stopPrice ?? 0,
    selfTradePrevention: selfTradePreventionFor(params),
    strategyId: params.integer('strategyId') ?? 0,
    strategyType: strategyTypeOf(params),
    clientId: clientOrderId(params, 'newClientOrderId') ?? generateClientOrderId(),
    responseType: responseTypeOf(params) ?? (type === OrderType.LIMIT || type === OrderType.MARKET ? 'FULL' : 'ACK'),
  }
}

/** Put the order into a command: everything but kind and account. */
export function fillNewOrder(command: Command, order: NewOrder): void {
  command.symbol = order.market.id
  command.side = order.side
  command.type = order.type
  command.timeInForce = order.timeInForce
  command.price = order.price
  command.quantity = order.quantity
  command.quoteQuantity = order.quoteQuantity
  command.stopPrice = order.stopPrice
  command.selfTradePrevention = order.selfTradePrevention
  command.strategyId = order.strategyId
  command.strategyType = order.strategyType
  command.clientId.set(order.clientId)
}

/** Some clients send GTC with every order; orders of these types have no other time in force. */
function isHarmless(type: OrderType, timeInForce: TimeInForce): boolean {
  return type === OrderType.LIMIT_MAKER && timeInForce === TimeInForce.GTC
}

function notRequired(name: string): PublicError {
  return publicError(PublicErrors.PARAMETER_NOT_REQUIRED, name)
}

/** A price of 0 is accepted where the type has none; where the type needs one it must be above 0. */
function checkPresence(name: string, value: number | undefined, required: boolean): void {
  if (required) {
    if (value === undefined) throw missing(name)
    if (value === 0) throw publicError(PublicErrors.INVALID_MESSAGE, 'Invalid price.')
  } else if (value !== undefined && value !== 0) throw notRequired(name)
}

function checkQuantities(type: OrderType, quantity: number | undefined, quoteQuantity: number | undefined): void {
  if (type !== OrderType.MARKET) {
    if (quoteQuantity !== undefined) throw notRequired('quoteOrderQty')
    if (quantity === undefined) throw missing('quantity')
  } else if (quantity === undefined && quoteQuantity === undefined) {
    throw publicError(PublicErrors.EITHER_PARAMETER, 'quantity', 'quoteOrderQty')
  } else if (quantity !== undefined && quoteQuantity !== undefined) {
    throw publicError(PublicErrors.INVALID_COMBINATION)
  }
  if (quantity === 0) throw publicError(PublicErrors.INVALID_MESSAGE, 'Invalid quantity.')
  if (quoteQuantity === 0) throw publicError(PublicErrors.INVALID_MESSAGE, 'Invalid quote order quantity.')
}

function strategyTypeOf(params: Params): number {
  const strategyType = params.integer('strategyType', 0, 0x7fff_ffff) ?? 0
  if (strategyType !== 0 && strategyType < STRATEGY_TYPE_MIN) throw publicError(PublicErrors.INVALID_STRATEGY_TYPE)
  return strategyType
}

function selfTradePreventionFor(params: Params): SelfTradePrevention | 0 {
  if (params.raw('selfTradePreventionMode') === 'TRANSFER') {
    throw publicError(PublicErrors.INVALID_MESSAGE, EngineText.SELF_TRADE_PREVENTION)
  }
  return selfTradePreventionOf(params)
}

const ZERO = /^0*(\.0*)?$/

/** Parameters of order kinds that no symbol allows; 0 is accepted as absent. */
function refuseUnsupported(params: Params): void {
  refuse(params, 'icebergQty', 'Iceberg orders are not supported for this symbol.')
  refuse(params, 'trailingDelta', 'Trailing stop orders are not supported for this symbol.')
  refuse(params, 'pegPriceType', 'Pegged orders are not supported for this symbol.')
}

function refuse(params: Params, name: string, message: string): void {
  const text = params.raw(name)
  if (text !== undefined && !ZERO.test(text)) throw publicError(PublicErrors.NEW_ORDER_REJECTED, message)
}
