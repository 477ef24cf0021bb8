import {
  EventKind,
  type ExecutionEvent,
  ExecutionType,
  ExpiryReason,
  type OrderImage,
  OrderStatus,
  OrderType,
  type Outcome,
  type PreventedEvent,
  SelfTradePrevention,
} from '@uptick/core'
import {
  expiryReasonName,
  orderStatusName,
  orderTypeName,
  selfTradePreventionName,
  sideName,
  timeInForceName,
} from './enum-names.ts'
import { type Amount, type CatalogueFormat, timeIn, type TimeUnit } from './symbol-format.ts'

/** An order's image; its 64-bit amount may still be the text that a link carried. */
export type OrderView = Omit<OrderImage, 'cumulativeQuote'> & {
  readonly cumulativeQuote: Amount
  /** Why it expired, where that is known: history. */
  readonly expiryReason?: ExpiryReason
  /** The last prevented match that took something off it, where there was one and it is known: history. */
  readonly preventedMatchId?: number
}

export type ResponseType = 'ACK' | 'RESULT' | 'FULL'

/** `orderListId`, `tradeId`, `workingTime` of what has none. */
export const NO_ID = -1

/** `newOrderRespType` when the request names none. */
export function defaultResponseType(type: OrderType): ResponseType {
  return type === OrderType.LIMIT || type === OrderType.MARKET ? 'FULL' : 'ACK'
}

/** Types that wait for a trigger: their responses carry a stop price. */
export function hasStopPrice(type: OrderType): boolean {
  return (
    type === OrderType.STOP_LOSS ||
    type === OrderType.STOP_LOSS_LIMIT ||
    type === OrderType.TAKE_PROFIT ||
    type === OrderType.TAKE_PROFIT_LIMIT
  )
}

function isOpen(order: OrderView): boolean {
  return order.status === OrderStatus.NEW || order.status === OrderStatus.PARTIALLY_FILLED
}

/** What placements, cancels and their like say of an order, between its ids and `workingTime`. */
export function orderBody(order: OrderView, formats: CatalogueFormat) {
  const format = formats.symbol(order.symbol)
  return {
    price: format.price(order.price),
    origQty: format.quantity(order.quantity),
    executedQty: format.quantity(order.executed),
    origQuoteOrderQty: format.quoteUnits(order.quoteQuantity),
    cummulativeQuoteQty: format.quoteAmount(order.cumulativeQuote),
    status: orderStatusName(order.status),
    timeInForce: timeInForceName(order.timeInForce),
    type: orderTypeName(order.type),
    side: sideName(order.side),
    ...(hasStopPrice(order.type) && { stopPrice: format.price(order.stopPrice) }),
    ...strategyFields(order),
    ...(order.prevented !== 0 && { preventedQuantity: format.quantity(order.prevented) }),
  }
}

function strategyFields(order: OrderView) {
  return {
    ...(order.strategyId !== 0 && { strategyId: order.strategyId }),
    ...(order.strategyType !== 0 && { strategyType: order.strategyType }),
  }
}

function expiryField(reason: ExpiryReason | undefined) {
  return reason !== undefined && reason !== ExpiryReason.NONE ? { expiryReason: expiryReasonName(reason) } : {}
}

function workingTime(order: OrderView, unit: TimeUnit): number {
  return order.workingTime === 0 ? NO_ID : timeIn(order.workingTime, unit)
}

/** What one outcome tells of one order: all of its executions, the last of which shows it as it stands. */
export interface OrderStory {
  readonly created: ExecutionEvent
  readonly last: ExecutionEvent
  readonly fills: readonly ExecutionEvent[]
  readonly prevented: readonly PreventedEvent[]
}

/**
 * The order that the command of `outcome` placed. It is the one that became NEW; others in the outcome are its makers
 * and triggered stop orders. Undefined when the outcome placed none.
 */
export function storyOf(outcome: Outcome): OrderStory | undefined {
  let created: ExecutionEvent | undefined
  let last: ExecutionEvent | undefined
  const fills: ExecutionEvent[] = []
  const prevented: PreventedEvent[] = []
  for (const event of outcome.events) {
    if (event.kind === EventKind.EXECUTION) {
      if (created === undefined && event.execution === ExecutionType.NEW) created = event
      if (created === undefined || event.order.orderId !== created.order.orderId) continue
      last = event
      if (event.execution === ExecutionType.TRADE) fills.push(event)
    } else if (event.kind === EventKind.PREVENTED && event.takerOrder === created?.order.orderId) prevented.push(event)
  }
  return created === undefined || last === undefined ? undefined : { created, last, fills, prevented }
}

function fillRow(fill: ExecutionEvent, formats: CatalogueFormat) {
  const format = formats.symbol(fill.order.symbol)
  return {
    price: format.price(fill.lastPrice),
    qty: format.quantity(fill.lastQuantity),
    commission: formats.assetAmount(fill.feeAsset, fill.fee),
    commissionAsset: formats.asset(fill.feeAsset).code,
    tradeId: fill.tradeId,
  }
}

function preventedRow(event: PreventedEvent, formats: CatalogueFormat) {
  const format = formats.symbol(event.symbol)
  return {
    preventedMatchId: event.preventedId,
    makerOrderId: event.makerOrder,
    price: format.price(event.price),
    ...(event.mode !== SelfTradePrevention.EXPIRE_MAKER &&
      event.takerQuantity !== 0 && { takerPreventedQuantity: format.quantity(event.takerQuantity) }),
    ...(event.mode !== SelfTradePrevention.EXPIRE_TAKER &&
      event.makerQuantity !== 0 && { makerPreventedQuantity: format.quantity(event.makerQuantity) }),
  }
}

/**
 * The response to a placement: `outcome` of PLACE, or of CANCEL_REPLACE whose new order was accepted. A repeated
 * outcome gives the response of the first time. Throws when the outcome placed no order (asserted: look at its reject
 * first).
 */
export function newOrderResponse(outcome: Outcome, type: ResponseType, formats: CatalogueFormat, unit: TimeUnit) {
  const story = storyOf(outcome)
  if (story === undefined) throw new Error(`outcome ${outcome.sequence} placed no order`)
  const { created, last, fills, prevented } = story
  const { order } = last
  const acknowledgement = {
    symbol: formats.symbol(order.symbol).name,
    orderId: order.orderId,
    orderListId: NO_ID,
    clientOrderId: created.order.clientId,
    transactTime: timeIn(created.order.createdTime, unit),
  }
  if (type === 'ACK') return acknowledgement
  const result = {
    ...acknowledgement,
    ...orderBody(order, formats),
    ...(isOpen(order) ? {} : expiryField(last.expiryReason)),
    workingTime: workingTime(order, unit),
    selfTradePreventionMode: selfTradePreventionName(order.selfTradePrevention),
  }
  if (type === 'RESULT') return result
  return {
    ...result,
    fills: fills.map((fill) => fillRow(fill, formats)),
    ...(prevented.length > 0 && { preventedMatches: prevented.map((event) => preventedRow(event, formats)) }),
  }
}

/** One cancelled order, from its CANCELED execution. `time` is when, µs. */
export function cancelResponse(event: ExecutionEvent, formats: CatalogueFormat, unit: TimeUnit) {
  const { order } = event
  return {
    symbol: formats.symbol(order.symbol).name,
    origClientOrderId: order.clientId,
    orderId: order.orderId,
    orderListId: NO_ID,
    clientOrderId: event.cancelId,
    transactTime: timeIn(order.updatedTime, unit),
    ...orderBody(order, formats),
    selfTradePreventionMode: selfTradePreventionName(order.selfTradePrevention),
  }
}

/** Every order that the outcome of a CANCEL, CANCEL_ALL or CANCEL_REPLACE cancelled, in its order. */
export function cancelResponses(outcome: Outcome, formats: CatalogueFormat, unit: TimeUnit) {
  const rows = []
  for (const event of outcome.events) {
    if (event.kind === EventKind.EXECUTION && event.execution === ExecutionType.CANCELED) {
      rows.push(cancelResponse(event, formats, unit))
    }
  }
  return rows
}

/** An order as a query shows it: `stopPrice` and `icebergQty` are always there. */
export function orderQueryResponse(order: OrderView, formats: CatalogueFormat, unit: TimeUnit) {
  const format = formats.symbol(order.symbol)
  return {
    symbol: format.name,
    orderId: order.orderId,
    orderListId: NO_ID,
    clientOrderId: order.clientId,
    price: format.price(order.price),
    origQty: format.quantity(order.quantity),
    executedQty: format.quantity(order.executed),
    cummulativeQuoteQty: format.quoteAmount(order.cumulativeQuote),
    status: orderStatusName(order.status),
    timeInForce: timeInForceName(order.timeInForce),
    type: orderTypeName(order.type),
    side: sideName(order.side),
    stopPrice: format.price(order.stopPrice),
    icebergQty: format.quantity(0),
    time: timeIn(order.createdTime, unit),
    updateTime: timeIn(order.updatedTime, unit),
    isWorking: order.working,
    workingTime: workingTime(order, unit),
    origQuoteOrderQty: format.quoteUnits(order.quoteQuantity),
    selfTradePreventionMode: selfTradePreventionName(order.selfTradePrevention),
    ...strategyFields(order),
    ...(order.preventedMatchId !== undefined && { preventedMatchId: order.preventedMatchId }),
    ...(order.prevented !== 0 && { preventedQuantity: format.quantity(order.prevented) }),
    ...(isOpen(order) ? {} : expiryField(order.expiryReason)),
  }
}
