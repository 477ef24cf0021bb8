import { Allowance } from './allowance.ts'
import { ClientId } from './command.ts'
import { NONE } from './order-store.ts'

/** What a market has begun and goes on with in later commands. Numbers are told in events. */
export const WorkKind = {
  NONE: 0,
  /** An order meets the book. */
  ORDER: 1,
  /** The open orders of an account are cancelled. */
  CANCELS: 2,
  /** Triggered stop orders wait to be started. */
  STOPS: 3,
} as const
export type WorkKind = (typeof WorkKind)[keyof typeof WorkKind]

/** Unfinished work of a market: an order, or cancels. STOPS is never in here: it follows from the queue of stops. */
export class MarketWork {
  kind: WorkKind = WorkKind.NONE
  /** ORDER. It is open, and on no level. */
  slot: number = NONE
  /** Of a market order. By quantity `orders` know what is left of it, and the allowance's quantity is 0. */
  readonly allowance = new Allowance()
  /** By quote quantity: quote units that it may still take. */
  budget = 0
  /** CANCELS: whose, and the id of the cancel. */
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

/** Triggered stop orders in the order in which trades reached them, linked through the order records. */
export class WaitingQueue {
  head: number = NONE
  tail: number = NONE
  count = 0
}
