import { Amount } from './amount.ts'
import { SelfTradePrevention, Side } from './enums.ts'
import type { Market } from './market.ts'
import { NONE as EMPTY } from './order-store.ts'
import type { Shard } from './shard.ts'

// As constants of this module: only those are compiled into the code.
const { BUY } = Side
const { NONE: NO_PREVENTION, EXPIRE_MAKER } = SelfTradePrevention
const NONE = EMPTY

/**
 * Can the whole quantity of a limit order be filled at once? Orders of its own account count with mode NONE, are
 * skipped with EXPIRE_MAKER, and end the count with the other modes: nothing behind them can be reached. It reads
 * levels and own orders. It reads makers only on a level that also has an own order.
 */
export function isFillable(shard: Shard, market: Market, slot: number): boolean {
  const { orders, images, seats } = shard
  const mode = images.mode(slot)
  const wanted = new Amount()
  wanted.setInteger(orders.remaining(slot))
  if (mode === NO_PREVENTION || seats.orders(orders.owner(slot)) === 0) return offers(shard, market, slot, wanted, NONE)
  if (mode !== EXPIRE_MAKER) return offers(shard, market, slot, wanted, bestOwn(shard, market, slot))
  addOwn(shard, slot, wanted)
  return offers(shard, market, slot, wanted, NONE)
}

/** Does the book offer `wanted` within the limit, up to the order `wall` if there is one? */
function offers(shard: Shard, market: Market, slot: number, wanted: Amount, wall: number): boolean {
  const { orders, images, memory, steps } = shard
  const { levels } = memory
  const index = market.book.opposite(images.side(slot))
  const last = wall === NONE ? NONE : orders.level(wall)
  const total = new Amount()
  const part = new Amount()
  let inspected = 0
  let level = index.best
  for (; level !== NONE && level !== last && reaches(shard, slot, levels.price(level)); level = index.after(level)) {
    part.setInteger(levels.quantity(level))
    total.add(part)
    inspected++
    if (!wanted.isGreater(total)) break
  }
  if (level !== NONE && level === last && wanted.isGreater(total)) {
    for (let maker = levels.head(level); maker !== wall; maker = orders.next(maker)) {
      part.setInteger(orders.remaining(maker))
      total.add(part)
      inspected++
    }
  }
  steps.inspected(inspected)
  return !wanted.isGreater(total)
}

function reaches(shard: Shard, slot: number, price: number): boolean {
  const limit = shard.images.price(slot)
  return shard.images.side(slot) === BUY ? price <= limit : price >= limit
}

/** Does `own`, an open order of the same seat, block the order in `slot`? */
function isInTheWay(shard: Shard, slot: number, own: number): boolean {
  const { images, orders } = shard
  if (images.side(own) === images.side(slot) || !images.isWorking(own) || orders.level(own) <= NONE) return false
  return reaches(shard, slot, images.price(own))
}

/** The own order that would be matched first, or NONE. */
function bestOwn(shard: Shard, market: Market, slot: number): number {
  const { images, orders, seats, memory, steps } = shard
  let best: number = NONE
  let inspected = 0
  for (let own = seats.head(orders.owner(slot)); own !== NONE; own = images.links.next(own)) {
    inspected++
    if (!isInTheWay(shard, slot, own)) continue
    if (best === NONE || market.book.opposite(images.side(slot)).isBetter(images.price(own), images.price(best)))
      best = own
  }
  steps.inspected(inspected)
  if (best === NONE) return NONE
  let maker = memory.levels.head(orders.level(best))
  while (orders.owner(maker) !== orders.owner(slot)) maker = orders.next(maker)
  return maker
}

/** Add what own orders offer within the limit: the book must offer it in addition. */
function addOwn(shard: Shard, slot: number, wanted: Amount): void {
  const { images, orders, seats, steps } = shard
  const part = new Amount()
  let inspected = 0
  for (let own = seats.head(orders.owner(slot)); own !== NONE; own = images.links.next(own)) {
    inspected++
    if (!isInTheWay(shard, slot, own)) continue
    part.setInteger(orders.remaining(own))
    wanted.add(part)
  }
  steps.inspected(inspected)
}
