import type { AccountList, OperatorClient } from '@uptick/operator'
import { assets, markets, type DemoTrader } from './listing.ts'

/** The assets and markets of the demo, those that are missing. */
export async function listMarkets(operator: OperatorClient): Promise<void> {
  const listed = new Set((await operator.assets()).map(({ code }) => code))
  for (const asset of assets) if (!listed.has(asset.code)) await operator.addAsset(asset)
  const open = new Set((await operator.symbols()).map(({ name }) => name))
  for (const { startPrice: _, ...market } of markets)
    if (!open.has(market.base + market.quote)) await operator.addSymbol(market)
}

/** The trader's account, made and funded if it is not: its number. */
export async function openAccount(operator: OperatorClient, { label, funds }: DemoTrader): Promise<number> {
  const account = (await findAccount(operator, label)) ?? (await operator.addAccount(label))
  for (const [asset, amount] of Object.entries(funds)) await fund(operator, account, asset, amount)
  return account
}

async function findAccount(operator: OperatorClient, label: string): Promise<number | undefined> {
  for (let after: number | undefined = 0; after !== undefined;) {
    const { accounts, next }: AccountList = await operator.accounts(label, after)
    const found = accounts.find((account) => account.label === label)
    if (found !== undefined) return found.account
    after = next
  }
  return undefined
}

/** Once: no trader trades yet, so an account that holds the asset has been given it. */
async function fund(operator: OperatorClient, account: number, asset: string, amount: string): Promise<void> {
  const balances = (await operator.account(account))?.balances ?? []
  const held = balances.find((balance) => balance.asset === asset)
  if (held !== undefined && Number(held.free) + Number(held.locked) > 0) return
  await operator.deposit(account, { asset, amount })
}
