import type { SentOrder } from '../reconcile/acknowledgements.ts'

/** How a request travelled: a kept HTTP connection, a new one, the WebSocket API. */
export type Via = 'kept' | 'fresh' | 'socket'

export type Request = 'place' | 'cancel' | 'query'

/**
 * `fine`: an answer that a trader can work with; `error`: another answer; `broken`: the connection ended first; `unsent`:
 * there was no connection in time.
 */
export type End = 'fine' | 'error' | 'broken' | 'unsent'

/** k6 says so of what is on its way when it is told to stop; over WebSockets, where it says nothing, traders do. */
export const CANCELED = 'context canceled'

/**
 * What traders and listeners write down while it happens, a line of JSON each. Times in ms since 1970; a request's is when
 * it was due. A reader needs nothing else to know what traders were told.
 */
export type StoryLine =
  | { readonly kind: 'sent'; readonly at: number; readonly via: Via; readonly order: SentOrder }
  | {
      readonly kind: 'end'
      readonly at: number
      /** From when it was due to its end. */
      readonly ms: number
      readonly via: Via
      readonly request: Request
      readonly end: End
      /** Of the order that was placed. */
      readonly clientId?: string
      /** Of the order that was acknowledged, cancelled or asked for. */
      readonly orderId?: number
      /** Of an error answer. */
      readonly code?: number
      readonly text?: string
    }
  /** A hole in a numbered stream, or two answers that cannot both be true. */
  | { readonly kind: 'gap' | 'contradiction'; readonly at: number; readonly text: string }
  /** The last number that a subscriber of a market has. */
  | {
      readonly kind: 'reached'
      readonly at: number
      readonly subscriber: string
      readonly updates: number
      readonly trades: number
    }
  | { readonly kind: 'subscribed'; readonly at: number; readonly account: number }
  | { readonly kind: 'execution'; readonly at: number; readonly account: number; readonly id: number }
  /** What became of a WebSocket: the n-th of its client. `code` 0: it ended without a closing handshake. */
  | {
      readonly kind: 'socket'
      readonly at: number
      readonly client: string
      readonly leg: number
      readonly what: 'opened' | 'notice' | 'closed'
      readonly code?: number
      readonly reason?: string
    }
