import { CANDLE_INTERVALS, type CandleInterval, type ReadModel } from '@uptick/readmodel'
import type { HistorySource } from './history-source.ts'
import { type CandleView, RECENT_TRADES_MAX } from './market-data.ts'
import { closedKept } from './statistics.ts'

/** The read model of a shard as the past of its markets. */
export function recordedHistory(readModel: ReadModel): HistorySource {
  return {
    recordedThrough: () => readModel.recordedThrough(),
    async market(symbol) {
      const candles = new Map<CandleInterval, readonly CandleView[]>()
      for (const interval of CANDLE_INTERVALS) {
        // The one in progress, too.
        candles.set(interval, await readModel.latestCandles(symbol, interval, closedKept(interval) + 1))
      }
      // Last, so that they reach at least as far as the candles do.
      const aggregates = await readModel.aggTrades({ symbol, limit: RECENT_TRADES_MAX })
      const trades = await readModel.recentTrades(symbol, RECENT_TRADES_MAX)
      return { candles, trades, aggregates }
    },
  }
}
