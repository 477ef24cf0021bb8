import { Allowance } from './allowance.ts'
import { ClientId } from './command.ts'
import { NONE } from './order-store.ts'

/** The kinds of work that a market continues in later commands. The numbers are in events: never reuse one. */
export const WorkKind = {
  NONE: 0,
  /** An order matches against the book. */
  ORDER: 1,
  /** The open orders of an account are cancelled. */
  CANCELS: 2,
  /** Triggered stop orders wait to be started. */
  STOPS: 3,
} as const
export type WorkKind = (typeof WorkKind)[keyof typeof WorkKind]

/** Unfinished work of a market: an order, or cancels. It never holds STOPS, which follow from the queue of stops. */
export class MarketWork {
  kind: WorkKind = WorkKind.NONE
  /** ORDER: its slot. It is open, and on no level. */
  slot: number = NONE
  /**
   * Allowance of a market order. By quantity the order itself holds what is left, and the allowance's quantity is 0.
   */
  readonly allowance = new Allowance()
  /** By quote quantity: quote units that the order may still take. */
  budget = 0
  /** CANCELS: the account, and the id of the cancel. */
  account = 0
  readonly cancelId = new ClientId()

  end(): void {
    this.kind = WorkKind.NONE
    this.slot = NONE
    this.allowance.clear()
    this.budget = this.account = 0
    this.cancelId.clear()
  }
}

/** Triggered stop orders in the order in which trades triggered them, linked through the order records. */
export class WaitingQueue {
  head: number = NONE
  tail: number = NONE
  count = 0
}
