import { Side } from '../../src/enums.ts'
import { accountOf, type NaiveBalance, type NaiveOrder, type NaiveSymbol, symbolOf, type World } from './world.ts'

export const AMOUNT_MAX = 2n ** 62n
const FEE_UNIT = 1_000_000n
/** Behaviour 1: fees round half to even instead of down. */
const FEE_HALF_EVEN = 1

/** The balance, noted as touched by the command under way. */
export function balanceOf(world: World, account: number, asset: number): NaiveBalance {
  if (!world.balances.some((touched) => touched.account === account && touched.asset === asset)) {
    world.balances.push({ account, asset })
  }
  const balances = accountOf(world, account).balances
  if (!balances.has(asset)) balances.set(asset, { free: 0n, locked: 0n })
  return balances.get(asset)!
}

/** Free funds, without touching. */
export function freeOf(world: World, account: number, asset: number): bigint {
  return accountOf(world, account).balances.get(asset)?.free ?? 0n
}

/** Quote units of `quantity` at `price`. */
export function notionalOf(symbol: NaiveSymbol, price: number, quantity: number): bigint {
  return BigInt(price) * BigInt(quantity) * symbol.quoteScale
}

export function remainingOf(order: NaiveOrder): number {
  return order.quantity - order.executed - order.prevented
}

/** The asset an order pays with. */
export function payAsset(world: World, order: NaiveOrder): number {
  const symbol = symbolOf(world, order)
  return order.side === Side.BUY ? symbol.quote : symbol.base
}

/** What an order must hold for `quantity` still to be filled. */
export function lockFor(world: World, order: NaiveOrder, quantity: number): bigint {
  const symbol = symbolOf(world, order)
  if (order.side === Side.SELL) return BigInt(quantity) * symbol.baseScale
  return notionalOf(symbol, order.price > 0 ? order.price : order.stopPrice, quantity)
}

export function lock(world: World, order: NaiveOrder): void {
  const amount = lockFor(world, order, remainingOf(order))
  const balance = balanceOf(world, order.account, payAsset(world, order))
  balance.free -= amount
  balance.locked += amount
  order.locks = true
}

/** Free the funds held for `quantity` units of the order. */
export function unlock(world: World, order: NaiveOrder, quantity: number): void {
  if (!order.locks) return
  const amount = lockFor(world, order, quantity)
  const balance = balanceOf(world, order.account, payAsset(world, order))
  balance.free += amount
  balance.locked -= amount
}

/** Behaviour 2: hold what a market order may spend. */
export function lockHeld(world: World, order: NaiveOrder): void {
  const balance = balanceOf(world, order.account, payAsset(world, order))
  balance.free -= order.held
  balance.locked += order.held
}

/** Free a part of it. */
export function unlockHeld(world: World, order: NaiveOrder, amount: bigint): void {
  if (amount === 0n) return
  const balance = balanceOf(world, order.account, payAsset(world, order))
  balance.free += amount
  balance.locked -= amount
  order.held -= amount
}

/** Move the money of one fill for one side; returns the fee and its asset. */
export function settle(
  world: World,
  order: NaiveOrder,
  price: number,
  quantity: number,
  isMaker: boolean,
): { fee: bigint; feeAsset: number } {
  const symbol = symbolOf(world, order)
  const quote = notionalOf(symbol, price, quantity)
  const base = BigInt(quantity) * symbol.baseScale
  const [pays, receives] = order.side === Side.BUY ? [quote, base] : [base, quote]
  unlock(world, order, quantity)
  if (order.held > 0n) unlockHeld(world, order, pays)
  balanceOf(world, order.account, payAsset(world, order)).free -= pays

  const feeAsset = order.side === Side.BUY ? symbol.base : symbol.quote
  const fee = roundFee(world, receives * BigInt(feeRate(world, order.account, symbol, isMaker)))
  balanceOf(world, order.account, feeAsset).free += receives - fee
  world.assets[feeAsset]!.fees += fee
  return { fee, feeAsset }
}

function feeRate(world: World, account: number, symbol: NaiveSymbol, isMaker: boolean): number {
  const fees = accountOf(world, account).fees
  const own = fees.get(symbol.definition.name) ?? fees.get('')
  if (isMaker) return own ? own.maker : symbol.definition.makerFee
  return own ? own.taker : symbol.definition.takerFee
}

function roundFee(world: World, millionths: bigint): bigint {
  const down = millionths / FEE_UNIT
  const rest = millionths % FEE_UNIT
  if (!world.behaviours.has(FEE_HALF_EVEN)) return down
  if (rest * 2n > FEE_UNIT || (rest * 2n === FEE_UNIT && down % 2n === 1n)) return down + 1n
  return down
}
