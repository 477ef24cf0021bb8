import { unitsOf } from '../client/decimal.ts'
import type { JournalExecutions } from './journal-executions.ts'
import type { JournalTruth } from './journal-truth.ts'
import type { StreamEvent, StreamLog } from './stream-log.ts'
import type { TradersMarket } from './traffic.ts'

const FINDINGS_MAX = 50

/** The part of the journal's truth that is used. */
type Truth = Pick<JournalTruth, 'trades'> & {
  readonly exchange: Pick<JournalTruth['exchange'], 'catalogue' | 'depth'>
}
type Executions = Pick<JournalExecutions, 'of'>

/** The numbers `first` … `last` of one event. */
interface Range {
  readonly first: number
  readonly last: number
}

/**
 * Every connection brought events in order, nothing twice and nothing left out, and they equal the journal's. The last
 * connection has reached the journal's end (nothing may trade, and all messages must have arrived). All connections of
 * a complete log together leave nothing out.
 *
 * @returns the violations, one sentence each, at most fifty for each log
 */
export function checkStreams(
  logs: readonly StreamLog[],
  truth: Truth,
  executions: Executions,
  market: TradersMarket,
): string[] {
  return logs.flatMap((log) =>
    (typeof log.of === 'number'
      ? checkAccount(log, executions)
      : checkMarket(log, truth, { ...market, symbol: log.of })
    ).slice(0, FINDINGS_MAX),
  )
}

function checkAccount(log: StreamLog, executions: Executions): string[] {
  const journaled = executions.of(Number(log.of))
  /** Index of each execution in the account's own history: ids are the shard's, so an account's have gaps. */
  const places = new Map(journaled.map(({ event }, index) => [event.executionId, index + 1]))
  const findings: string[] = []
  const ranges = log.connections.map((events) =>
    events.flatMap((event): Range[] => {
      if (event.e !== 'executionReport') return []
      const place = places.get(event.I)
      if (place === undefined || journaled[place - 1]?.event.order.orderId !== event.i) {
        findings.push(`${log.subscriber}: execution ${event.I} of order ${event.i} is not the journal's`)
        return []
      }
      return [{ first: place, last: place }]
    }),
  )
  return [...findings, ...checkNumbers(log, `execution of account ${log.of}`, ranges, journaled.length)]
}

function checkMarket(log: StreamLog, truth: Truth, market: TradersMarket): string[] {
  const symbol = truth.exchange.catalogue().symbols.find(({ name }) => name === market.symbol)
  if (!symbol) return [`${log.subscriber}: ${market.symbol} is not listed`]
  const trades = truth.trades[symbol.id] ?? []
  const findings: string[] = []
  const isJournaled = (event: StreamEvent & { e: 'trade' }): boolean => {
    const trade = trades[event.t - 1]
    return (
      trade !== undefined &&
      BigInt(trade.price) === unitsOf(event.p, market.priceDecimals) &&
      BigInt(trade.quantity) === unitsOf(event.q, market.quantityDecimals)
    )
  }
  const traded = log.connections.map((events) =>
    events.flatMap((event): Range[] => {
      if (event.e !== 'trade') return []
      if (!isJournaled(event)) findings.push(`${log.subscriber}: trade ${event.t} is not the journal's`)
      return [{ first: event.t, last: event.t }]
    }),
  )
  const updates = log.connections.map((events) =>
    events.flatMap((event): Range[] => (event.e === 'depthUpdate' ? [{ first: event.U, last: event.u }] : [])),
  )
  return [
    ...findings,
    ...checkNumbers(log, `trade of ${log.of}`, traded, trades.length),
    ...checkNumbers(log, `update of ${log.of}`, updates, truth.exchange.depth(symbol.id, 0).updateId),
  ]
}

function checkNumbers(log: StreamLog, what: string, connections: readonly Range[][], end: number): string[] {
  const findings: string[] = []
  const say = (text: string): void => void findings.push(`${log.subscriber}: ${text}`)
  for (const ranges of connections) {
    for (const [index, { first }] of ranges.entries()) {
      const before = ranges[index - 1]
      if (before && first > before.last + 1) say(`${what} ${before.last + 1} … ${first - 1} missing on a connection`)
      if (before && first <= before.last) say(`${what} ${first} came after ${before.last}`)
    }
  }
  // Streams without subscribers, or without any event.
  if (connections.every((ranges) => ranges.length === 0)) return findings
  const last = connections.at(-1)?.at(-1)?.last
  if (last !== undefined && last < end) say(`${what} ${last + 1} … ${end} never came`)
  if (log.isComplete) for (const hole of holesIn(connections.flat(), end)) say(`${what} ${hole} never came`)
  return findings
}

/** The numbers from the first one on that no range covers. */
function holesIn(ranges: readonly Range[], end: number): string[] {
  const sorted = ranges.toSorted((a, b) => a.first - b.first)
  const holes: string[] = []
  let last = (sorted[0]?.first ?? 1) - 1
  for (const range of [...sorted, { first: end + 1, last: end }]) {
    if (range.first > last + 1) holes.push(`${last + 1} … ${range.first - 1}`)
    last = Math.max(last, range.last)
  }
  return holes
}
