import type { FlowCommand } from '../flow/order-command.ts'
import type { Tally } from './tally.ts'

/** Where a flow is fed into. */
export interface ReplayTarget {
  /** Feed these commands, in order; settled when there is room for more, not when they were answered. */
  feed(commands: readonly FlowCommand[]): Promise<void>
  /** Wait for every answer. */
  finish(): Promise<Tally>
  close(): Promise<void>
}
