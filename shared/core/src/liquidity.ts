import { SelfTradePrevention, Side } from './enums.ts'
import type { Market } from './market.ts'
import { NONE as EMPTY } from './order-store.ts'
import type { Shard } from './shard.ts'

// As constants of this module: only those are compiled into the code.
const { BUY } = Side
const { NONE: NO_PREVENTION, EXPIRE_MAKER } = SelfTradePrevention
const NONE = EMPTY

/**
 * Can the whole quantity of a limit order be filled at once? Orders of its own account count with mode NONE, are skipped
 * with EXPIRE_MAKER, and end the reckoning with the other modes: nothing behind them can be reached.
 */
export function isFillable(shard: Shard, market: Market, slot: number): boolean {
  const { orders, images, seats, memory } = shard
  const { levels } = memory
  const side = images.side(slot)
  const limit = images.price(slot)
  const seat = orders.owner(slot)
  const mode = images.mode(slot)
  const countsAll = mode === NO_PREVENTION || seats.orders(seat) === 0
  const index = market.book.opposite(side)
  let wanted = orders.remaining(slot)
  for (let level = index.best; level !== NONE && wanted > 0; level = index.after(level)) {
    const price = levels.price(level)
    if (side === BUY ? price > limit : price < limit) break
    if (countsAll) {
      wanted -= levels.quantity(level)
      continue
    }
    for (let maker = levels.head(level); maker !== NONE && wanted > 0; maker = orders.next(maker)) {
      if (orders.owner(maker) !== seat) wanted -= orders.remaining(maker)
      else if (mode !== EXPIRE_MAKER) return false
    }
  }
  return wanted <= 0
}
