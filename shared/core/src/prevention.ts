import { ExecutionType, ExpiryReason, OrderStatus } from './enums.ts'
import type { Fill } from './fill.ts'
import { MAKER_FLAG, OWN_FLAG } from './output.ts'
import type { Shard } from './shard.ts'

const { EXPIRED } = ExecutionType
const { NONE } = ExpiryReason
const { EXPIRED_IN_MATCH } = OrderStatus

/** Slots of two orders of one account that were kept from trading, what each loses by that, and whether it ends. */
export interface PreventedMeeting {
  maker: number
  taker: number
  /** The taker's is 0 where it is unknown: the rest of a quote quantity that ends. */
  makerQuantity: number
  takerQuantity: number
  makerEnds: boolean
  takerEnds: boolean
}

/**
 * Report to each order's owner what it lost, the maker's first.
 *
 * @param flags the taker's
 * @param fill carries price and number of the prevented match
 */
export function tellPrevented(shard: Shard, meeting: PreventedMeeting, flags: number, fill: Fill): void {
  if (!shard.preventedQuantity) {
    tellOlder(shard, meeting, flags, fill)
    return
  }
  const { maker, taker, makerQuantity, takerQuantity, makerEnds, takerEnds } = meeting
  if (makerEnds || makerQuantity > 0) tellLoss(shard, maker, taker, MAKER_FLAG, makerQuantity, makerEnds, fill)
  if (takerEnds || takerQuantity > 0) tellLoss(shard, taker, maker, flags, takerQuantity, takerEnds, fill)
}

function tellLoss(
  { images, writer }: Shard,
  slot: number,
  counter: number,
  flags: number,
  quantity: number,
  ends: boolean,
  fill: Fill,
): void {
  if (ends) images.setStatus(slot, EXPIRED_IN_MATCH)
  fill.quantity = quantity
  fill.clearQuote()
  writer.preventedFill(slot, counter, flags, fill)
}

/** Before PREVENTED_QUANTITY: a decrement names no counter order, and an end is a separate execution. */
function tellOlder({ images, writer }: Shard, meeting: PreventedMeeting, flags: number, fill: Fill): void {
  const { maker, taker, makerEnds, takerEnds } = meeting
  if (fill.quantity > 0) {
    fill.clearQuote()
    writer.preventedFill(maker, -1, MAKER_FLAG, fill)
    writer.preventedFill(taker, -1, flags, fill)
  }
  if (makerEnds) {
    images.setStatus(maker, EXPIRED_IN_MATCH)
    writer.execution(maker, EXPIRED, NONE, 0)
  }
  if (takerEnds) {
    images.setStatus(taker, EXPIRED_IN_MATCH)
    writer.execution(taker, EXPIRED, NONE, flags & OWN_FLAG)
  }
}
