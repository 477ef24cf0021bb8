import { Amount } from './amount.ts'

/** The fill (or the prevented meeting) under way: a register that is reused. */
export class Fill {
  /** Trade id, or the number of the prevention. */
  id = 0
  price = 0
  quantity = 0
  /** In quote and base units; 0 when prevented. */
  readonly quote = new Amount()
  readonly base = new Amount()
  /** The maker's and the taker's fee, each in the asset that side receives. */
  readonly makerFee = new Amount()
  readonly takerFee = new Amount()
}
