/** The state of the link. `connected` only after the engine's WELCOME. */
export interface LinkState {
  readonly connected: boolean
  readonly shard: number
  readonly epoch: number
  /** Last outcome received (durable, like everything that is received). */
  readonly sequence: number
  /** Commands that wait to be sent, and commands that were sent but not answered. */
  readonly queued: number
  readonly unanswered: number
}
