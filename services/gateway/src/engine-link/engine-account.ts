import type { AccountStatus, FeeDefinition } from '@uptick/core'

/** An account as the engine answers it: amounts are decimal integers of the asset's units. */
export interface EngineAccount {
  readonly account: number
  readonly status: AccountStatus
  readonly makerFee?: number
  readonly takerFee?: number
  readonly balances: readonly { readonly asset: number; readonly free: string; readonly locked: string }[]
  readonly fees: readonly FeeDefinition[]
}
