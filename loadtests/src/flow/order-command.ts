/** One command of a recorded flow, whatever file it came from. Ids are the flow's own. */
export type FlowCommand =
  | {
      readonly kind: 'place'
      readonly id: number
      readonly side: 'BUY' | 'SELL'
      /** In the market's price units and quantity units. */
      readonly price: number
      readonly quantity: number
    }
  | { readonly kind: 'cancel'; readonly id: number; readonly side: 'BUY' | 'SELL' }

/** The market that a file's prices and quantities are written for. */
export interface FlowMarket {
  readonly priceDecimals: number
  readonly quantityDecimals: number
  readonly baseDecimals: number
  readonly quoteDecimals: number
}

/** What the file itself says must come out. */
export interface FlowExpectation {
  readonly trades: number
  readonly checksum: string
}

export interface FlowSource {
  readonly format: FlowFormat
  readonly market: FlowMarket
  /** Commands in the file; undefined when only reading it tells. */
  readonly commands: number | undefined
  readonly expected: FlowExpectation | undefined
  /** 0 … 1, by bytes read. */
  readonly progress: () => number
  /** Commands in order, in arrays of one chunk of the file. */
  readonly batches: AsyncIterable<readonly FlowCommand[]>
}

export const flowFormats = ['bitstamp', 'records'] as const
export type FlowFormat = (typeof flowFormats)[number]
