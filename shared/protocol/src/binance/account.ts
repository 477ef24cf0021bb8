import { AccountStatus, type SelfTradePrevention } from '@uptick/core'
import { formatUnits } from '../decimal.ts'
import { selfTradePreventionName } from './enum-names.ts'
import { NO_ID } from './order.ts'
import { type Amount, type CatalogueFormat, timeIn, type TimeUnit } from './symbol-format.ts'

/** Decimals of a fee rate: rates are millionths. */
const RATE_DECIMALS = 6

/** What the account response shows. Fees are millionths. */
export interface AccountSource {
  readonly account: number
  readonly status: AccountStatus
  readonly makerFee: number
  readonly takerFee: number
  /** µs of the last change; 0 when unknown. */
  readonly updateTime: number
  readonly balances: readonly { readonly asset: number; readonly free: Amount; readonly locked: Amount }[]
}

/** A fee rate in millionths as Binance writes rates. */
export function rateText(millionths: number): string {
  return formatUnits(millionths, RATE_DECIMALS)
}

function isZero(amount: Amount): boolean {
  return BigInt(amount) === 0n
}

export function accountResponse(
  account: AccountSource,
  formats: CatalogueFormat,
  unit: TimeUnit,
  omitZeroBalances = false,
) {
  const balances = omitZeroBalances
    ? account.balances.filter((row) => !isZero(row.free) || !isZero(row.locked))
    : account.balances
  return {
    // Hundredths of a per cent.
    makerCommission: Math.round(account.makerFee / 100),
    takerCommission: Math.round(account.takerFee / 100),
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: {
      maker: rateText(account.makerFee),
      taker: rateText(account.takerFee),
      buyer: rateText(0),
      seller: rateText(0),
    },
    canTrade: account.status === AccountStatus.ACTIVE,
    canWithdraw: account.status !== AccountStatus.FROZEN,
    canDeposit: true,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: timeIn(account.updateTime, unit),
    accountType: 'SPOT',
    balances: balances.map((row) => ({
      asset: formats.asset(row.asset).code,
      free: formats.assetAmount(row.asset, row.free),
      locked: formats.assetAmount(row.asset, row.locked),
    })),
    permissions: ['SPOT'],
    uid: account.account,
  }
}

/** One account's side of a trade. */
export interface AccountTrade {
  readonly symbol: number
  readonly tradeId: number
  readonly orderId: number
  readonly price: number
  readonly quantity: number
  readonly quote: Amount
  readonly fee: Amount
  readonly feeAsset: number
  /** µs. */
  readonly time: number
  readonly buyer: boolean
  readonly maker: boolean
}

/** One row of `myTrades`. */
export function accountTradeRow(trade: AccountTrade, formats: CatalogueFormat, unit: TimeUnit) {
  const format = formats.symbol(trade.symbol)
  return {
    symbol: format.name,
    id: trade.tradeId,
    orderId: trade.orderId,
    orderListId: NO_ID,
    price: format.price(trade.price),
    qty: format.quantity(trade.quantity),
    quoteQty: format.quoteAmount(trade.quote),
    commission: formats.assetAmount(trade.feeAsset, trade.fee),
    commissionAsset: formats.asset(trade.feeAsset).code,
    time: timeIn(trade.time, unit),
    isBuyer: trade.buyer,
    isMaker: trade.maker,
    isBestMatch: true,
  }
}

/** A prevented match, as the read model knows it. */
export interface PreventedMatchView {
  readonly symbol: number
  readonly preventedId: number
  readonly mode: SelfTradePrevention
  readonly price: number
  readonly makerOrder: number
  readonly makerQuantity: number
  readonly takerOrder: number
  readonly takerQuantity: number
  readonly time: number
}

/** One row of `myPreventedMatches`. There are no trade groups. */
export function preventedMatchRow(match: PreventedMatchView, formats: CatalogueFormat, unit: TimeUnit) {
  const format = formats.symbol(match.symbol)
  const { makerQuantity, takerQuantity } = match
  return {
    symbol: format.name,
    preventedMatchId: match.preventedId,
    takerOrderId: match.takerOrder,
    makerSymbol: format.name,
    makerOrderId: match.makerOrder,
    tradeGroupId: NO_ID,
    selfTradePreventionMode: selfTradePreventionName(match.mode),
    price: format.price(match.price),
    ...(takerQuantity !== 0 && { takerPreventedQuantity: format.quantity(takerQuantity) }),
    ...(makerQuantity !== 0 && { makerPreventedQuantity: format.quantity(makerQuantity) }),
    transactTime: timeIn(match.time, unit),
  }
}

/** Rates of `account/commission`, and of `order/test` with `computeCommissionRates`. Uptick has standard fees only. */
export function commissionRates(maker: number, taker: number) {
  const none = { maker: rateText(0), taker: rateText(0), buyer: rateText(0), seller: rateText(0) }
  return {
    standardCommission: { maker: rateText(maker), taker: rateText(taker), buyer: rateText(0), seller: rateText(0) },
    specialCommission: none,
    taxCommission: none,
    discount: { enabledForAccount: false, enabledForSymbol: false, discountAsset: null, discount: rateText(0) },
  }
}

/** The answer of `order/test` with `computeCommissionRates`. */
export function testOrderCommission(maker: number, taker: number) {
  const none = { maker: rateText(0), taker: rateText(0) }
  return {
    standardCommissionForOrder: { maker: rateText(maker), taker: rateText(taker) },
    specialCommissionForOrder: none,
    taxCommissionForOrder: none,
    discount: { enabledForAccount: false, enabledForSymbol: false, discountAsset: null, discount: rateText(0) },
  }
}
