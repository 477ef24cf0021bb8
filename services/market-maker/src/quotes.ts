import type { Market } from '@uptick/demo'

export interface Quote {
  readonly side: 'BUY' | 'SELL'
  /** Decimal text on the market's ticks. */
  readonly price: string
  readonly quantity: string
}

/** A price that wanders by up to 0.05 % a step and is drawn back to where it began, so that it stays believable. */
export class PriceWalk {
  readonly #start: number
  readonly #random: () => number
  #price: number

  constructor(start: number, price: number, random: () => number) {
    this.#start = start
    this.#price = price
    this.#random = random
  }

  step(): number {
    const pull = (this.#start / this.#price - 1) * 0.002
    this.#price *= 1 + pull + (this.#random() - 0.5) * 0.001
    return this.#price
  }
}

/** Best prices of what others have resting; undefined where there is nothing. */
export interface Others {
  readonly bid: number | undefined
  readonly ask: number | undefined
}

/** Levels of a book, the best first: price and quantity as decimal text. */
export type Levels = readonly (readonly [price: string, quantity: string])[]

export interface OwnOrder {
  readonly side: string
  readonly price: string
  readonly origQty: string
  readonly executedQty: string
}

/** Less than the smallest quantity of any market: what is left when doubles are subtracted. */
const NOTHING = 1e-9

/** What of a book is not one's own. */
export function othersIn(book: { readonly bids: Levels; readonly asks: Levels }, own: readonly OwnOrder[]): Others {
  const best = (levels: Levels, side: string): number | undefined => {
    const mine = new Map<number, number>()
    for (const order of own.filter((each) => each.side === side)) {
      const open = Number(order.origQty) - Number(order.executedQty)
      mine.set(Number(order.price), (mine.get(Number(order.price)) ?? 0) + open)
    }
    const found = levels.find(([price, quantity]) => Number(quantity) - (mine.get(Number(price)) ?? 0) > NOTHING)
    return found && Number(found[0])
  }
  return { bid: best(book.bids, 'BUY'), ask: best(book.asks, 'SELL') }
}

/**
 * `depth` quotes on each side of `middle`, 0.02 % apart, larger further out, never crossing each other nor what others have
 * resting: a bid above the middle would have every ask below it refused, and the book without asks.
 */
export function ladder(
  market: Market,
  middle: number,
  depth: number,
  random: () => number,
  others: Others = { bid: undefined, ask: undefined },
): Quote[] {
  const below = Math.min(middle, others.ask ?? middle)
  const above = Math.max(middle, others.bid ?? middle)
  const tick = 10 ** -market.priceDecimals
  const step = Math.max(tick, middle * 0.0002)
  const worth = market.quote === 'BTC' ? 0.02 : 1_000
  const quotes: Quote[] = []
  for (let level = 1; level <= depth; level++) {
    for (const side of ['BUY', 'SELL'] as const) {
      const price = side === 'BUY' ? below - step * level : above + step * level
      if (price < Number(market.filters.minPrice) || price > Number(market.filters.maxPrice)) continue
      const size = Math.max(10 ** -market.quantityDecimals, ((worth * level) / middle) * (0.5 + random()))
      quotes.push({ side, price: price.toFixed(market.priceDecimals), quantity: size.toFixed(market.quantityDecimals) })
    }
  }
  return quotes
}
