import { Side } from '../../src/enums.ts'
import { Reject, type RejectCode } from '../../src/reject.ts'
import { remainingOf } from './money.ts'
import { accountOf, type NaiveOrder, type NaiveSymbol, type World } from './world.ts'

/** BUY: base owned + open to buy + `quantity` must stay within the symbol's maximum. */
export function maxPosition(
  world: World,
  symbol: NaiveSymbol,
  account: number,
  quantity: number | bigint,
  except?: NaiveOrder,
): RejectCode {
  const max = symbol.filters.maxPosition
  if (max === 0) return Reject.NONE
  const balance = accountOf(world, account).balances.get(symbol.base) ?? { free: 0n, locked: 0n }
  let units = BigInt(quantity)
  for (const order of world.orders) {
    const counts = order.account === account && order.symbol === symbol.id && order.side === Side.BUY
    if (counts && order !== except) units += BigInt(remainingOf(order))
  }
  const position = balance.free + balance.locked + units * symbol.baseScale
  return position > BigInt(max) * symbol.baseScale ? Reject.FILTER_MAX_POSITION : Reject.NONE
}
