/** One command of a recorded flow, independent of the file format. Ids are the flow's own. */
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

/** The expected result, according to the file itself. */
export interface FlowExpectation {
  readonly trades: number
  readonly checksum: string
}

export interface FlowSource {
  readonly format: FlowFormat
  readonly market: FlowMarket
  /** Number of commands in the file; undefined when it is only known after reading. */
  readonly commands: number | undefined
  readonly expected: FlowExpectation | undefined
  /** 0 … 1, by bytes read. */
  readonly progress: () => number
  /** Commands in order, in arrays of one chunk of the file. */
  readonly batches: AsyncIterable<readonly FlowCommand[]>
}

export const flowFormats = ['bitstamp', 'records'] as const
export type FlowFormat = (typeof flowFormats)[number]
