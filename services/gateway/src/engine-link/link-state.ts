/** How the link stands; `connected` only after the engine welcomed us. */
export interface LinkState {
  readonly connected: boolean
  readonly shard: number
  readonly epoch: number
  /** Last outcome received (durable, like everything that is received). */
  readonly sequence: number
  /** Commands that wait to be sent, and that were sent but not answered. */
  readonly queued: number
  readonly unanswered: number
}
