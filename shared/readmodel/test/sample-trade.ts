import type { RecordedTrade } from '../src/index.ts'

/** A trade of account 1 as the maker, changed as the test wants it. */
export function trade(tradeId: number, changes: Partial<RecordedTrade> = {}): RecordedTrade {
  return {
    symbol: 0,
    tradeId,
    aggregateId: tradeId,
    sequence: tradeId,
    time: tradeId * 1000,
    price: 100,
    quantity: 1,
    quote: 100n,
    buyerIsMaker: false,
    makerAccount: 1,
    makerOrder: 1,
    makerFee: 1n,
    makerFeeAsset: 0,
    takerAccount: 2,
    takerOrder: 2,
    takerFee: 2n,
    takerFeeAsset: 1,
    ...changes,
  }
}
