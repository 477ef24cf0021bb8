import type { FlowCommand } from '../flow/order-command.ts'
import type { Tally } from './tally.ts'

/** The destination of a flow. */
export interface ReplayTarget {
  /** Feed these commands, in order. Resolves when there is room for more, not when they were answered. */
  feed(commands: readonly FlowCommand[]): Promise<void>
  /** Wait for every answer. */
  finish(): Promise<Tally>
  close(): Promise<void>
}
