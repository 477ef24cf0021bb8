import type { Clock, Timers } from '@uptick/runtime'
import type { HoldObserver } from './pipe-options.ts'
import type { Dial } from './socket.ts'

export interface LinkOptions {
  /** WebSocket URLs of the shard's engines. */
  readonly urls: readonly string[]
  /** Names this gateway in the engine's logs. */
  readonly instance: string
  readonly dial: Dial
  readonly clock: Clock
  readonly timers: Timers
  /** 0 ≤ x < 1; for session ids and the jitter of reconnects. */
  readonly random: () => number
  readonly log: (message: string, detail?: unknown) => void
  readonly observer?: HoldObserver
  /** False: the link sends commands and questions and gets their answers, but no feed. It keeps no catalogue. */
  readonly follows?: boolean
  readonly queueMax?: number
  /** How long a request is held while no engine answers. */
  readonly holdMs?: number
}

export const QUEUE_MAX_DEFAULT = 10_000
/** One account may have this fraction (one in `ACCOUNT_PARTS`) of the unanswered commands, and of the questions. */
export const ACCOUNT_PARTS = 8
