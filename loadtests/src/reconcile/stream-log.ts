/** An event of a stream, as its connection brought it: the fields of Binance's payload that are compared. */
export type StreamEvent =
  | { readonly e: 'trade'; readonly t: number; readonly p: string; readonly q: string }
  | { readonly e: 'depthUpdate'; readonly U: number; readonly u: number }
  /** `I`: execution, `i`: order. */
  | { readonly e: 'executionReport'; readonly I: number; readonly i: number }

/**
 * What a subscriber received, as plain data, so that it can come from a file or another machine: one list for each of
 * its connections, in the order of arrival.
 */
export interface StreamLog {
  /** For findings. */
  readonly subscriber: string
  /** Symbol of the market, or number of the account, that the streams are of. */
  readonly of: string | number
  readonly connections: readonly (readonly StreamEvent[])[]
  /**
   * The subscriber moved or resumed: all connections together have everything from the first event on. Otherwise it may
   * have missed what happened between two of them.
   */
  readonly isComplete: boolean
}
