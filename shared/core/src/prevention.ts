import { ExecutionType, ExpiryReason, OrderStatus } from './enums.ts'
import type { Fill } from './fill.ts'
import { MAKER_FLAG, OWN_FLAG } from './output.ts'
import type { Shard } from './shard.ts'

const { EXPIRED } = ExecutionType
const { NONE } = ExpiryReason
const { EXPIRED_IN_MATCH } = OrderStatus

/**
 * An order ends by self-trade prevention, and loses `quantity` (0 where that is not known: of a quote quantity). `fill`
 * carries price and number of the prevented match, `flags` MAKER_FLAG or the taker's.
 */
export function endPrevented(
  shard: Shard,
  slot: number,
  counter: number,
  flags: number,
  quantity: number,
  fill: Fill,
): void {
  const { images, writer } = shard
  images.setStatus(slot, EXPIRED_IN_MATCH)
  if (!shard.preventedQuantity) {
    writer.execution(slot, EXPIRED, NONE, flags & OWN_FLAG)
    return
  }
  if (quantity > 0) images.prevent(slot, quantity)
  fill.quantity = quantity
  fill.clearQuote()
  writer.preventedFill(slot, counter, flags, fill)
}

/** Both orders of a prevented match lost the quantity of `fill`; those that are done end by it. */
export function tellDecrement(
  shard: Shard,
  maker: number,
  makerDone: boolean,
  taker: number,
  takerDone: boolean,
  flags: number,
  fill: Fill,
): void {
  const { images, writer, preventedQuantity } = shard
  if (preventedQuantity && makerDone) images.setStatus(maker, EXPIRED_IN_MATCH)
  if (preventedQuantity && takerDone) images.setStatus(taker, EXPIRED_IN_MATCH)
  fill.clearQuote()
  writer.preventedFill(maker, preventedQuantity ? taker : -1, MAKER_FLAG, fill)
  writer.preventedFill(taker, preventedQuantity ? maker : -1, flags, fill)
  if (preventedQuantity) return
  if (makerDone) endPrevented(shard, maker, taker, 0, 0, fill)
  if (takerDone) endPrevented(shard, taker, maker, flags, 0, fill)
}
