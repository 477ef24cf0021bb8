import type { OperatorClient } from '@uptick/operator'
import { randomBytes } from 'node:crypto'
import { decimalText } from '../client/decimal.ts'
import type { ApiKey } from '../client/ws-api.ts'
import type { FlowMarket } from '../flow/order-command.ts'
import type { ApiMarket } from './api-target.ts'

/** In smallest units: more than any recording moves, a quarter of a balance's bound. */
const FUNDS_UNITS = 10n ** 18n

/**
 * List a market for one replay through the operator API, under names of its own: the same file can be replayed again,
 * and no other book is touched. Its filters admit everything, its fees are zero, and no limits apply to the keys of its
 * two accounts.
 */
export async function prepareMarket(operator: OperatorClient, url: string, market: FlowMarket): Promise<ApiMarket> {
  const run = `${Date.now().toString(36)}${randomBytes(1).toString('hex')}`.toUpperCase()
  const [base, quote] = [`B${run}`, `Q${run}`]
  await operator.addAsset({ code: base, decimals: market.baseDecimals })
  await operator.addAsset({ code: quote, decimals: market.quoteDecimals })
  await operator.addSymbol({
    base,
    quote,
    priceDecimals: market.priceDecimals,
    quantityDecimals: market.quantityDecimals,
    makerFee: '0',
    takerFee: '0',
    filters: {
      bidMultiplierUp: '0',
      bidMultiplierDown: '0',
      askMultiplierUp: '0',
      askMultiplierDown: '0',
      maxOrders: 0,
    },
  })
  const buyer = await trader(operator, `replay ${run} buyer`, quote, market.quoteDecimals)
  const seller = await trader(operator, `replay ${run} seller`, base, market.baseDecimals)
  return { url, symbol: base + quote, buyer, seller }
}

async function trader(operator: OperatorClient, label: string, asset: string, decimals: number): Promise<ApiKey> {
  const account = await operator.addAccount(label)
  await operator.deposit(account, { asset, amount: decimalText(FUNDS_UNITS, decimals) })
  const { apiKey, secret = '' } = await operator.addKey(account, { label, type: 'HMAC', unlimited: true })
  return { apiKey, secret }
}
