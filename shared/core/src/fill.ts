import { Amount } from './amount.ts'

/** The current fill (or prevented match). The object is reused. */
export class Fill {
  /** Trade id, or number of the prevented match. */
  id = 0
  /** 1 + trade id − aggregate id; 0 while the core does not number aggregates. */
  aggregated = 0
  price = 0
  quantity = 0
  /** In quote and base units; 0 when prevented. */
  readonly quote = new Amount()
  /** `quote` as events carry it, in two words. */
  quoteLow = 0
  quoteHigh = 0
  readonly base = new Amount()
  /** Each fee is in the asset that the side receives. */
  readonly buyerFee = new Amount()
  readonly sellerFee = new Amount()

  /** Balance slots of the two sides. */
  buyerQuote = 0
  buyerBase = 0
  sellerBase = 0
  sellerQuote = 0
  /** Balance slots of the fees collected in the two assets. */
  baseFees = 0
  quoteFees = 0
  /** Does the side pay from its lock? `buyerHeld`: what the buyer's lock holds for this quantity: at least `quote`. */
  buyerLocks = false
  sellerLocks = false
  readonly buyerHeld = new Amount()

  /** Set `quote` and its words. False when it exceeds 2^62. */
  setQuote(price: number, quantity: number, scale: number): boolean {
    const fits = this.quote.setProduct(price, quantity, scale)
    this.quoteLow = this.quote.low | 0
    this.quoteHigh = this.quote.upperWord()
    return fits
  }

  clearQuote(): void {
    this.quote.clear()
    this.quoteLow = this.quoteHigh = 0
  }
}
