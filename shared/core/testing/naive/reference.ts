import type { NaiveSymbol, World } from './world.ts'

/** Behaviour 3. */
const DOCUMENTED_RULES = 3
const SECOND = 1_000_000
const MINUTE = 60 * SECOND

/** Reference of the percent-price and market-notional filters: 0 when there has been no trade. */
export function referencePrice(world: World, symbol: NaiveSymbol): number {
  const minutes = symbol.filters.averagePriceMinutes
  if (minutes === 0) return symbol.lastPrice
  if (world.behaviours.has(DOCUMENTED_RULES)) return averagePrice(world, symbol, minutes)
  const second = Math.floor(world.time / SECOND)
  if (symbol.reference?.second !== second) symbol.reference = { second, price: averagePrice(world, symbol, minutes) }
  return symbol.reference.price
}

function averagePrice(world: World, symbol: NaiveSymbol, minutes: number): number {
  const now = Math.floor(world.time / MINUTE)
  let notional = 0n
  let volume = 0n
  for (const { time, price, quantity } of symbol.trades) {
    if (Math.floor(time / MINUTE) <= now - minutes) continue
    notional += BigInt(price) * BigInt(quantity)
    volume += BigInt(quantity)
  }
  return volume === 0n ? symbol.lastPrice : Number(notional / volume)
}
