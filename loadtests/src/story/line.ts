import type { SentOrder } from '../reconcile/acknowledgements.ts'

/** How a request was sent: over a kept HTTP connection, a new one, or the WebSocket API. */
export type Via = 'kept' | 'fresh' | 'socket'

export type Request = 'place' | 'cancel' | 'query'

/**
 * `fine`: an answer that a trader can use; `error`: another answer; `broken`: the connection ended first; `unsent`:
 * there was no connection in time.
 */
export type End = 'fine' | 'error' | 'broken' | 'unsent'

/** k6's message for requests in flight when it is told to stop. Over WebSockets k6 has none, and traders write it. */
export const CANCELED = 'context canceled'

/**
 * What traders and listeners record as it happens, one line of JSON each. Times are in ms since 1970; a request's time
 * is when it was due. The lines contain everything about the answers that traders got.
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
      /** Client order id of a placed order. */
      readonly clientId?: string
      /** Id of an order that was acknowledged, cancelled or queried. */
      readonly orderId?: number
      /** Code of an error answer. */
      readonly code?: number
      readonly text?: string
    }
  /** A gap in a numbered stream, or two answers that cannot both be true. */
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
  /** The end of a WebSocket, the n-th of its client. `code` 0: it ended without a closing handshake. */
  | {
      readonly kind: 'socket'
      readonly at: number
      readonly client: string
      readonly leg: number
      readonly what: 'opened' | 'notice' | 'closed'
      readonly code?: number
      readonly reason?: string
    }
