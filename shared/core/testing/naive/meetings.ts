import { SelfTradePrevention } from '../../src/enums.ts'
import { bookSide, opposite } from './emit.ts'
import { byQuote, marketStep } from './matching.ts'
import { notionalOf, remainingOf } from './money.ts'
import { isBounded, type NaiveOrder, symbolOf, type World } from './world.ts'

const DOCUMENTED_RULES = 3
const OWN_IN_QUOTE = 8

/** Behaviour 8, which is about lots that 2 and 3 made a rule. */
export function reckonsOwn(world: World): boolean {
  return isBounded(world) && world.behaviours.has(DOCUMENTED_RULES) && world.behaviours.has(OWN_IN_QUOTE)
}

/** What the order may meet, unit by unit in whole lots. */
export interface Meetings {
  readonly executed: bigint
  /** By DECREMENT, until `executed` is reached. */
  readonly prevented: bigint
  readonly short: boolean
  /** An own order is met while nothing is executed. */
  readonly ownFirst: boolean
}

/**
 * Behaviour 8: meet maker after maker as prevention says, and see which whole number of lots is reached last. Own orders are
 * met while what is left could pay another lot at their price.
 */
export function meetings(world: World, order: NaiveOrder): Meetings {
  const symbol = symbolOf(world, order)
  const step = marketStep(world, symbol)
  const mode = order.selfTradePrevention
  let left = BigInt(order.quoteQuantity)
  let [units, off] = [0n, 0n]
  let [executed, prevented] = [0n, 0n]
  let met = false
  const lots = (quantity: bigint): bigint => quantity / step
  const result = (short: boolean): Meetings => {
    const ownFirst = executed === 0n && (prevented > 0n || met)
    return { executed, prevented, short: short || met, ownFirst }
  }
  for (const maker of bookSide(world, order.symbol, opposite(order.side))) {
    const unit = notionalOf(symbol, maker.price, 1)
    const offered = BigInt(remainingOf(maker))
    const within = left / unit
    const part = within < offered ? within : offered
    const isOwn = maker.account === order.account && mode !== SelfTradePrevention.NONE
    if (!isOwn || mode === SelfTradePrevention.DECREMENT) {
      if (isOwn && lots(units + within) === lots(units)) return result(false)
      left -= part * unit
      if (isOwn) off += part
      else units += part
      if (units % step === 0n) {
        if (!isOwn && part > 0n) met = false
        ;[executed, prevented] = [units, off]
      } else if (lots(units) * step > executed) {
        ;[executed, prevented, met] = [lots(units) * step, off, false]
      }
      if (part < offered || left === 0n) return result(false)
    } else {
      if (lots(units + within) === lots(units)) return result(false)
      if (units === executed) met = true
      if (mode !== SelfTradePrevention.EXPIRE_MAKER) return result(true)
    }
  }
  return result(left > 0n)
}

/** All that was planned is taken: is this maker an own order that is met all the same? */
export function meetsBeyond(world: World, taker: NaiveOrder, maker: NaiveOrder): boolean {
  if (!byQuote(taker) || !reckonsOwn(world) || !taker.short) return false
  const isOwn = maker.account === taker.account && taker.selfTradePrevention !== SelfTradePrevention.NONE
  const symbol = symbolOf(world, taker)
  return isOwn && taker.left / notionalOf(symbol, maker.price, 1) >= marketStep(world, symbol)
}
