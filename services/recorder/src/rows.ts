import {
  type BalanceEvent,
  type CatalogueEvent,
  type CommandKind,
  eachEvent,
  EventKind,
  type ExecutionEvent,
  ExecutionType,
  outcomeKind,
  outcomeRepeated,
  outcomeSequence,
  outcomeTime,
  outcomeWords,
  type PreventedEvent,
  readEvent,
  type TradeEvent,
} from '@uptick/core'
import type {
  PreventedMatch,
  RecordedBalance,
  RecordedDefinition,
  RecordedRows,
  RecordedTrade,
} from '@uptick/readmodel'
import { CandleCollector } from './candles.ts'

type Changing<T> = { -readonly [K in keyof T]: T[K] }

/** An account id that no account has. */
const NOBODY = 0

/** The current command. */
interface Source {
  readonly sequence: number
  readonly time: number
  readonly kind: CommandKind
}

/**
 * Turns outcomes into rows of the read model: the last image of each order, one row with both sides for each trade, one
 * row of balances for each command. Repeated replies are skipped: they are recorded already.
 */
export class RowCollector {
  /** The last execution of each order, and its command. */
  readonly #executions = new Map<number, { event: ExecutionEvent; sequence: number }>()
  readonly #trades: Changing<RecordedTrade>[] = []
  readonly #prevented: Changing<PreventedMatch>[] = []
  readonly #balances: RecordedBalance[] = []
  readonly #definitions = new Map<string, RecordedDefinition>()

  /** Read the outcomes in the first `length` of `words`, one after another. */
  add(words: Int32Array, length: number): void {
    for (let at = 0; at < length; at += outcomeWords(words, at)) {
      if (outcomeRepeated(words, at)) continue
      const source = {
        sequence: outcomeSequence(words, at),
        time: outcomeTime(words, at),
        kind: outcomeKind(words, at),
      }
      eachEvent(words, at, (kind, offset) => {
        // Half of all events are level changes; the read model holds no order books.
        if (kind !== EventKind.LEVEL) this.#event(source, words, offset)
      })
    }
  }

  rows(): RecordedRows {
    const candles = new CandleCollector()
    for (const trade of this.#trades) candles.trade(trade)
    return {
      orders: Array.from(this.#executions.values(), ({ event, sequence }) => ({
        ...event.order,
        expiryReason: event.expiryReason,
        sequence,
      })),
      trades: this.#trades,
      preventedMatches: this.#prevented,
      balances: this.#balances,
      candles: candles.parts(),
      definitions: [...this.#definitions.values()],
    }
  }

  #event(source: Source, words: Int32Array, offset: number): void {
    const event = readEvent(words, offset)
    if (event.kind === EventKind.EXECUTION) this.#execution(source, event)
    else if (event.kind === EventKind.TRADE) this.#trade(source, event)
    else if (event.kind === EventKind.PREVENTED) this.#prevent(source, event)
    else if (event.kind === EventKind.BALANCE) this.#balance(source, event)
    else if (event.kind === EventKind.CATALOGUE) this.#definition(source, event)
  }

  #execution(source: Source, event: ExecutionEvent): void {
    this.#executions.set(event.order.orderId, { event, sequence: source.sequence })
    if (event.execution === ExecutionType.TRADE) this.#fee(event)
    // An execution of one of its two orders, both of the same account, follows each prevented match.
    const match = this.#prevented.at(-1)
    if (match?.account === NOBODY) match.account = event.order.account
  }

  /** The executions of a trade follow its event, and carry the fee of each side. */
  #fee({ order, tradeId, maker, fee, feeAsset }: ExecutionEvent): void {
    const trade = this.#trades.at(-1)
    if (trade?.tradeId !== tradeId || trade.symbol !== order.symbol) {
      throw new Error(`an execution of trade ${tradeId} of symbol ${order.symbol} does not follow it`)
    }
    if (maker) {
      trade.makerFee = fee
      trade.makerFeeAsset = feeAsset
    } else {
      trade.takerFee = fee
      trade.takerFeeAsset = feeAsset
    }
  }

  #trade({ sequence, time }: Source, event: TradeEvent): void {
    const { kind: _, ...trade } = event
    const aggregateId = trade.aggregateId > 0 ? trade.aggregateId : this.#firstJoined(sequence, event)
    const fees = { makerFee: 0n, makerFeeAsset: 0, takerFee: 0n, takerFeeAsset: 0 }
    this.#trades.push({ ...trade, ...fees, aggregateId, sequence, time })
  }

  /** Journals from before the core numbered aggregates: an aggregate has the id of its first trade. */
  #firstJoined(sequence: number, { symbol, takerOrder, price, tradeId }: TradeEvent): number {
    const before = this.#trades.at(-1)
    const isSameOrder = before?.sequence === sequence && before.symbol === symbol && before.takerOrder === takerOrder
    return isSameOrder && before.price === price ? before.aggregateId : tradeId
  }

  #prevent({ sequence, time }: Source, event: PreventedEvent): void {
    const { kind: _, ...match } = event
    this.#prevented.push({ ...match, account: NOBODY, sequence, time })
  }

  #balance({ sequence, time, kind }: Source, { account, asset, free, locked }: BalanceEvent): void {
    this.#balances.push({ account, asset, free, locked, sequence, time, reason: kind })
  }

  #definition({ sequence }: Source, { subject, id, definition }: CatalogueEvent): void {
    const part = subject === 'fees' ? symbolOfFees(definition) : ''
    this.#definitions.set(`${subject} ${id} ${part}`, { subject, id, part, definition, sequence })
  }
}

/** An account can have its own fees for each symbol. */
function symbolOfFees(definition: string): string {
  const fees: unknown = JSON.parse(definition)
  const found = typeof fees === 'object' && fees !== null && 'symbol' in fees ? fees.symbol : ''
  return typeof found === 'string' ? found : ''
}
