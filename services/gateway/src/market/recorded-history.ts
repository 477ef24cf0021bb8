import type { ReadModel } from '@uptick/readmodel'
import type { HistorySource } from './history-source.ts'
import { CANDLE_INTERVALS, RECENT_TRADES_MAX } from './market-data.ts'
import type { CandleInterval, CandleView } from './market-data.ts'
import { WINDOW_MINUTES_MAX } from './statistics.ts'

const CANDLES_READ = 5

/** The read model of a shard as the past of its markets. */
export function recordedHistory(readModel: ReadModel): HistorySource {
  return {
    recordedThrough: () => readModel.recordedThrough(),
    async market(symbol) {
      const candles = new Map<CandleInterval, readonly CandleView[]>()
      for (const interval of CANDLE_INTERVALS) {
        // One minute more than the longest window: the close before it.
        const limit = interval === '1m' ? WINDOW_MINUTES_MAX + 1 : CANDLES_READ
        candles.set(interval, await readModel.latestCandles(symbol, interval, limit))
      }
      // Last, so that they reach at least as far as the candles do.
      const aggregates = await readModel.aggTrades({ symbol, limit: RECENT_TRADES_MAX })
      const trades = await readModel.recentTrades(symbol, RECENT_TRADES_MAX)
      return { candles, trades, aggregates }
    },
  }
}
