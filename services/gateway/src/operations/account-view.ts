import { PublicErrors, publicError, type AccountAnswer } from '@uptick/protocol'
import type { Market } from '../engine-link/catalogue.ts'
import { engineAnswer } from './engine-answer.ts'
import type { OperationContext } from './operation.ts'

/** The caller's account; -2015 when the key's account does not exist any more. */
export async function callersAccount(context: OperationContext): Promise<{ view: AccountAnswer; sequence: number }> {
  const { account, services } = context
  const { value, sequence } = await engineAnswer(services, { kind: 'account', account })
  if (value === null) throw publicError(PublicErrors.REJECTED_API_KEY)
  return { view: value, sequence }
}

/**
 * The caller's fee rates on `market`, in millionths: its own for the symbol, else its own for all, else the symbol's.
 */
export async function accountFees(
  context: OperationContext,
  market: Market,
): Promise<{ readonly maker: number; readonly taker: number }> {
  const { view } = await callersAccount(context)
  return feesOn(view, market)
}

export function feesOn(view: AccountAnswer, market: Market): { readonly maker: number; readonly taker: number } {
  const own = view.fees.find((fee) => fee.symbol === market.name) ?? view.fees.find((fee) => fee.symbol === '')
  return own ?? { maker: market.definition.makerFee, taker: market.definition.takerFee }
}
