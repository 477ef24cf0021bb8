import type { AggregateTrade } from './rows.ts'
import type { Queryable } from './sql/queryable.ts'
import {
  firstTradeOfAggregate,
  firstTradeSince,
  lastTradeUntil,
  type MarketTrade,
  readTradesFrom,
  readTradesThrough,
} from './sql/read-trades.ts'

const PAGE_TRADES_MAX = 1000

export interface AggregateFilter {
  readonly symbol: number
  /** This aggregate and those after it. */
  readonly fromAggregateId?: number
  /** µs, both inclusive. */
  readonly startTime?: number
  readonly endTime?: number
  readonly limit: number
}

/** Aggregates by id. Without a lower bound, the latest `limit`; with one, the first. */
export async function readAggregateTrades(
  db: Queryable,
  shard: number,
  filter: AggregateFilter,
): Promise<AggregateTrade[]> {
  const { symbol, fromAggregateId, startTime, endTime, limit } = filter
  if (fromAggregateId === undefined && startTime === undefined) {
    const last = endTime === undefined ? Number.MAX_SAFE_INTEGER : await lastTradeUntil(db, shard, symbol, endTime)
    return last === undefined ? [] : aggregatesThrough(db, shard, symbol, last, limit)
  }
  // All trades of an aggregate have the same time, so the first one since a time begins an aggregate.
  const since = startTime === undefined ? 0 : await firstTradeSince(db, shard, symbol, startTime)
  const first = await firstTradeOfAggregate(db, shard, symbol, fromAggregateId ?? 0)
  if (since === undefined || first === undefined) return []
  return aggregatesFrom(db, shard, symbol, Math.max(since, first), endTime ?? Number.MAX_SAFE_INTEGER, limit)
}

async function aggregatesFrom(
  db: Queryable,
  shard: number,
  symbol: number,
  from: number,
  endTime: number,
  limit: number,
): Promise<AggregateTrade[]> {
  const groups: Group[] = []
  for (let next = from; ;) {
    const page = await readTradesFrom(db, shard, symbol, next, endTime, PAGE_TRADES_MAX)
    for (const trade of page) join(groups, trade)
    // The group behind the last one asked for shows that the last one is whole.
    const newest = page.at(-1)
    if (!newest || page.length < PAGE_TRADES_MAX || groups.length > limit) break
    next = newest.tradeId + 1
  }
  return groups.slice(0, limit).map(aggregateOf)
}

async function aggregatesThrough(
  db: Queryable,
  shard: number,
  symbol: number,
  last: number,
  limit: number,
): Promise<AggregateTrade[]> {
  let trades: MarketTrade[] = []
  const groups: Group[] = []
  for (let next = last; ;) {
    const page = await readTradesThrough(db, shard, symbol, next, PAGE_TRADES_MAX)
    trades = [...page, ...trades]
    groups.length = 0
    for (const trade of trades) join(groups, trade)
    // The group before the first one asked for shows that the first one is whole.
    const [oldest] = page
    if (!oldest || page.length < PAGE_TRADES_MAX || groups.length > limit) break
    next = oldest.tradeId - 1
  }
  return groups.slice(-limit).map(aggregateOf)
}

/** Trades of one aggregate. */
type Group = [MarketTrade, ...MarketTrade[]]

function join(groups: Group[], trade: MarketTrade): void {
  const last = groups.at(-1)
  if (last && last[0].aggregateId === trade.aggregateId) last.push(trade)
  else groups.push([trade])
}

function aggregateOf(trades: Readonly<Group>): AggregateTrade {
  const [first] = trades
  const last = trades.at(-1) ?? first
  return {
    aggregateId: first.aggregateId,
    price: first.price,
    quantity: trades.reduce((sum, trade) => sum + trade.quantity, 0),
    firstTradeId: first.tradeId,
    lastTradeId: last.tradeId,
    time: first.time,
    buyerIsMaker: first.buyerIsMaker,
    sequence: first.sequence,
  }
}
