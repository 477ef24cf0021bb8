import {
  type BalanceEvent,
  EventKind,
  type ExecutionEvent,
  ExecutionType,
  ExpiryReason,
  type FundsEvent,
  OrderStatus,
  type Outcome,
} from '@uptick/core'
import {
  executionTypeName,
  expiryReasonName,
  orderStatusName,
  orderTypeName,
  selfTradePreventionName,
  sideName,
  timeInForceName,
} from './enum-names.ts'
import { NO_ID } from './order.ts'
import { type CatalogueFormat, timeIn, type TimeUnit } from './symbol-format.ts'

/**
 * `executionReport` of one execution that happened at `time` (µs). `c` is the id of the order, except for a cancel,
 * where `c` is the cancel's own id and `C` the order's; for an amend `C` is the id that the order had before.
 */
export function executionReport(event: ExecutionEvent, time: number, formats: CatalogueFormat, unit: TimeUnit) {
  const { order } = event
  const format = formats.symbol(order.symbol)
  const cancelled = event.execution === ExecutionType.CANCELED && event.cancelId !== ''
  const traded = event.execution === ExecutionType.TRADE
  const open = order.status === OrderStatus.NEW || order.status === OrderStatus.PARTIALLY_FILLED
  return {
    e: 'executionReport',
    E: timeIn(time, unit),
    s: format.name,
    c: cancelled ? event.cancelId : order.clientId,
    S: sideName(order.side),
    o: orderTypeName(order.type),
    f: timeInForceName(order.timeInForce),
    q: format.quantity(order.quantity),
    p: format.price(order.price),
    P: format.price(order.stopPrice),
    F: format.quantity(0),
    g: NO_ID,
    C: event.execution === ExecutionType.CANCELED ? order.clientId : event.cancelId,
    x: executionTypeName(event.execution),
    X: orderStatusName(order.status),
    r: 'NONE',
    i: order.orderId,
    l: format.quantity(traded ? event.lastQuantity : 0),
    z: format.quantity(order.executed),
    L: format.price(traded ? event.lastPrice : 0),
    n: traded ? formats.assetAmount(event.feeAsset, event.fee) : '0',
    N: traded ? formats.asset(event.feeAsset).code : null,
    T: timeIn(time, unit),
    t: traded ? event.tradeId : NO_ID,
    I: event.executionId,
    w: order.working && open,
    m: traded && event.maker,
    M: false,
    O: timeIn(order.createdTime, unit),
    Z: format.quoteAmount(order.cumulativeQuote),
    Y: format.quoteAmount(traded ? event.lastQuote : 0n),
    Q: format.quoteAmount(BigInt(order.quoteQuantity)),
    ...(order.workingTime !== 0 && { W: timeIn(order.workingTime, unit) }),
    V: selfTradePreventionName(order.selfTradePrevention),
    ...conditionalFields(event, formats),
  }
}

function conditionalFields(event: ExecutionEvent, formats: CatalogueFormat) {
  const { order } = event
  const format = formats.symbol(order.symbol)
  const prevention = event.execution === ExecutionType.TRADE_PREVENTION
  return {
    ...(order.strategyId !== 0 && { j: order.strategyId }),
    ...(order.strategyType !== 0 && { J: order.strategyType }),
    ...(prevention && { v: event.tradeId }),
    ...(event.counterOrder !== 0 && { U: event.counterOrder, Cs: format.name }),
    ...(order.prevented !== 0 && { A: format.quantity(order.prevented) }),
    ...(prevention && {
      B: format.quantity(event.lastQuantity),
      pl: format.quantity(event.lastQuantity),
      pL: format.price(event.lastPrice),
      pY: format.notional(event.lastPrice, event.lastQuantity),
    }),
    ...(event.expiryReason !== ExpiryReason.NONE && { eR: expiryReasonName(event.expiryReason) }),
  }
}

/** `outboundAccountPosition`: the balances that one command may have changed, as they stand after it. */
export function outboundAccountPosition(
  balances: readonly BalanceEvent[],
  time: number,
  formats: CatalogueFormat,
  unit: TimeUnit,
) {
  return {
    e: 'outboundAccountPosition',
    E: timeIn(time, unit),
    u: timeIn(time, unit),
    B: balances.map((row) => ({
      a: formats.asset(row.asset).code,
      f: formats.assetAmount(row.asset, row.free),
      l: formats.assetAmount(row.asset, row.locked),
    })),
  }
}

/** `balanceUpdate`: a deposit, withdrawal or transfer. */
export function balanceUpdate(event: FundsEvent, time: number, formats: CatalogueFormat, unit: TimeUnit) {
  return {
    e: 'balanceUpdate',
    E: timeIn(time, unit),
    a: formats.asset(event.asset).code,
    d: formats.assetAmount(event.asset, event.delta),
    T: timeIn(time, unit),
  }
}

/**
 * Everything that one outcome tells the accounts for which `wanted` is true: execution reports and balance updates in
 * the order of its events, then one account position each. Nothing for a repeated outcome: it was told the first time.
 */
export function userEvents(
  outcome: Outcome,
  wanted: (account: number) => boolean,
  formats: CatalogueFormat,
  unit: TimeUnit,
): ReadonlyMap<number, readonly object[]> {
  const told = new Map<number, object[]>()
  if (outcome.repeated) return told
  const positions = new Map<number, BalanceEvent[]>()
  const { time } = outcome
  for (const event of outcome.events) {
    if (event.kind === EventKind.EXECUTION) {
      if (!wanted(event.order.account)) continue
      listOf(told, event.order.account).push(executionReport(event, time, formats, unit))
    } else if (event.kind === EventKind.FUNDS) {
      if (wanted(event.account)) listOf(told, event.account).push(balanceUpdate(event, time, formats, unit))
    } else if (event.kind === EventKind.BALANCE && wanted(event.account)) listOf(positions, event.account).push(event)
  }
  for (const [account, balances] of positions) {
    listOf(told, account).push(outboundAccountPosition(balances, time, formats, unit))
  }
  return told
}

function listOf<T>(lists: Map<number, T[]>, key: number): T[] {
  let list = lists.get(key)
  if (list === undefined) lists.set(key, (list = []))
  return list
}
