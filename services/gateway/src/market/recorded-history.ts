import type { ReadModel } from '@uptick/readmodel'
import type { HistorySource } from './history-source.ts'
import { CANDLE_INTERVALS, type CandleInterval, type CandleView, RECENT_TRADES_MAX } from './market-data.ts'
import { CLOSED_PARTS_KEPT, CLOSED_SECONDS_KEPT, WINDOW_MINUTES_MAX } from './statistics.ts'

const CANDLES_READ = 5

/** The read model of a shard as the past of its markets. */
export function recordedHistory(readModel: ReadModel): HistorySource {
  return {
    recordedThrough: () => readModel.recordedThrough(),
    async market(symbol) {
      const candles = new Map<CandleInterval, readonly CandleView[]>()
      for (const interval of CANDLE_INTERVALS) {
        const limit = candlesRead(interval)
        candles.set(interval, await readModel.latestCandles(symbol, interval, limit))
      }
      // Last, so that they reach at least as far as the candles do.
      const aggregates = await readModel.aggTrades({ symbol, limit: RECENT_TRADES_MAX })
      const trades = await readModel.recentTrades(symbol, RECENT_TRADES_MAX)
      return { candles, trades, aggregates }
    },
  }
}

function candlesRead(interval: CandleInterval): number {
  // One minute more than the longest window: the close before it.
  if (interval === '1m') return WINDOW_MINUTES_MAX + 1
  if (interval === '1s') return CLOSED_SECONDS_KEPT + 1
  return (CLOSED_PARTS_KEPT.get(interval) ?? CANDLES_READ - 1) + 1
}
