import type { MarketHistory } from './symbol-market.ts'

/** Where the past comes from: the read model of the shard. */
export interface HistorySource {
  /** Everything up to this sequence is recorded. */
  recordedThrough(): Promise<number>
  /** The newest candles and trades of the market. They may have been read at different moments. */
  market(symbol: number, name: string): Promise<MarketHistory>
}

/** A history without content: for a gateway without a database. */
export const noHistory: HistorySource = {
  recordedThrough: () => Promise.resolve(Number.MAX_SAFE_INTEGER),
  market: () => Promise.resolve({ candles: new Map(), trades: [], aggregates: [] }),
}
