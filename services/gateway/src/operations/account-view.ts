import type { AccountStatus, FeeDefinition } from '@uptick/core'
import { PublicErrors, publicError } from '@uptick/protocol'
import type { Market } from '../engine-link/catalogue.ts'
import { engineAnswer } from './engine-answer.ts'
import type { OperationContext } from './operation.ts'

/** An account as the engine answers it: amounts are decimal integers of the asset's units. */
export interface EngineAccount {
  readonly account: number
  readonly status: AccountStatus
  readonly makerFee?: number
  readonly takerFee?: number
  readonly balances: readonly { readonly asset: number; readonly free: string; readonly locked: string }[]
  readonly fees: readonly FeeDefinition[]
}

/** The caller's account; -2015 when the key outlived it. */
export async function callersAccount(context: OperationContext): Promise<{ view: EngineAccount; sequence: number }> {
  const { account, services } = context
  const { value, sequence } = await engineAnswer(services, { kind: 'account', account })
  if (value === null) throw publicError(PublicErrors.REJECTED_API_KEY)
  return { view: value as EngineAccount, sequence }
}

/** What the caller pays on `market`, in millionths: its own rate for the symbol, else for all, else the symbol's. */
export async function accountFees(
  context: OperationContext,
  market: Market,
): Promise<{ readonly maker: number; readonly taker: number }> {
  const { view } = await callersAccount(context)
  return feesOn(view, market)
}

export function feesOn(view: EngineAccount, market: Market): { readonly maker: number; readonly taker: number } {
  const own = view.fees.find((fee) => fee.symbol === market.name) ?? view.fees.find((fee) => fee.symbol === '')
  return own ?? { maker: market.definition.makerFee, taker: market.definition.takerFee }
}
