import {
  accountStatus,
  allOrderLists,
  allOrders,
  commission,
  myTrades,
  openOrderLists,
  orderRateLimits,
  tradeFees,
} from './account-operations.ts'
import { amendKeepPriority, amendOrder } from './amend-order.ts'
import { cancelOpenOrders, cancelOrder, cancelReplaceOrder } from './cancel-order.ts'
import { klines, uiKlines } from './candles.ts'
import { exchangeInfo, ping, systemStatus, time } from './general.ts'
import { aggregateTrades, averagePrice, depth, historicalTrades, recentTrades } from './market-operations.ts'
import { OperationRegistry } from './operation.ts'
import { openOrders, orderStatus } from './order-status.ts'
import { placeOrder, testOrder } from './place-order.ts'
import { preventedMatches } from './prevented-matches.ts'
import { tickerDay, tickerBook, tickerPrice } from './tickers.ts'

/** Every operation that traders can ask for, over any transport. */
export function createRegistry(): OperationRegistry {
  return new OperationRegistry([
    ping,
    time,
    exchangeInfo,
    systemStatus,
    depth,
    recentTrades,
    historicalTrades,
    aggregateTrades,
    klines,
    uiKlines,
    averagePrice,
    tickerDay,
    tickerPrice,
    tickerBook,
    placeOrder,
    testOrder,
    orderStatus,
    cancelOrder,
    cancelReplaceOrder,
    amendKeepPriority,
    amendOrder,
    openOrders,
    cancelOpenOrders,
    allOrders,
    myTrades,
    preventedMatches,
    accountStatus,
    commission,
    orderRateLimits,
    tradeFees,
    openOrderLists,
    allOrderLists,
  ])
}
