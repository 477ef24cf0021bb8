import type { Market } from '../listing.ts'

export interface Quote {
  readonly side: 'BUY' | 'SELL'
  /** Decimal text on the market's ticks. */
  readonly price: string
  readonly quantity: string
}

/** Uniform in 0 … 1, from a seed: splitmix32. */
export function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296
  }
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

/** `depth` quotes on each side of `middle`, 0.02 % apart, larger further out, never crossing. */
export function ladder(market: Market, middle: number, depth: number, random: () => number): Quote[] {
  const tick = 10 ** -market.priceDecimals
  const step = Math.max(tick, middle * 0.0002)
  const worth = market.quote === 'BTC' ? 0.02 : 1_000
  const quotes: Quote[] = []
  for (let level = 1; level <= depth; level++) {
    for (const side of ['BUY', 'SELL'] as const) {
      const price = side === 'BUY' ? middle - step * level : middle + step * level
      const size = Math.max(10 ** -market.quantityDecimals, ((worth * level) / middle) * (0.5 + random()))
      quotes.push({ side, price: price.toFixed(market.priceDecimals), quantity: size.toFixed(market.quantityDecimals) })
    }
  }
  return quotes
}
