import type { Exchange } from '../src/index.ts'
import { difference } from './compare.ts'
import type { NaiveExchange } from './naive-exchange.ts'
import { bookSide, imageOf } from './naive/emit.ts'
import { remainingOf } from './naive/money.ts'
import { symbolOf } from './naive/world.ts'

/** What the views of production show otherwise than the oracle; undefined when nothing. */
export function sameState(exchange: Exchange, oracle: NaiveExchange): string | undefined {
  const { world } = oracle
  const totals = exchange.totals()
  for (const [asset, { deposits, withdrawals, fees }] of world.assets.entries()) {
    let free = 0n
    let locked = 0n
    for (const account of world.accounts) {
      free += account.balances.get(asset)?.free ?? 0n
      locked += account.balances.get(asset)?.locked ?? 0n
    }
    if (free + locked + fees !== deposits - withdrawals) return `the oracle itself does not conserve asset ${asset}`
    const found = difference(totals[asset], { asset, free, locked, fees, deposits, withdrawals }, `totals[${asset}]`)
    if (found) return found
  }
  for (const symbol of world.symbols) {
    const found = difference(exchange.depth(symbol.id, 0), depthOf(oracle, symbol.id), `depth[${symbol.id}]`)
    if (found) return found
  }
  for (const { id } of world.accounts) {
    const expected = world.orders.filter((order) => order.account === id).toSorted((a, b) => a.orderId - b.orderId)
    const found = difference(exchange.openOrders(id), expected.map(imageOf), `openOrders(${id})`)
    if (found) return found
  }
  if (exchange.counts().waitingStops !== world.waiting.length) return 'waitingStops'
  const isParted = world.behaviours.has(2)
  return exchange.hasWork() === (isParted ? world.busy : world.waiting).length > 0 ? undefined : 'hasWork'
}

function depthOf(oracle: NaiveExchange, symbol: number): object {
  const side = (which: 0 | 1): [number, number][] => {
    const levels = new Map<number, number>()
    for (const order of bookSide(oracle.world, symbol, which)) {
      levels.set(order.price, (levels.get(order.price) ?? 0) + remainingOf(order))
    }
    return [...levels]
  }
  return { updateId: symbolOf(oracle.world, { symbol }).updateId, bids: side(0), asks: side(1) }
}
