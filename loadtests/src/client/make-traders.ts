import { setTimeout as delay } from 'node:timers/promises'
import type { OperatorClient } from '@uptick/operator'
import type { Trader } from '../reconcile/traffic.ts'

/** Every gateway learns of new keys by itself within this time. */
const KEYS_KNOWN_MS = 1_000

/** Accounts with funds to trade BTCUSDT for a long time, and their keys, with the usual limits. */
export async function makeTraders(operator: OperatorClient, count = 4): Promise<Trader[]> {
  const traders: Trader[] = []
  for (let index = 0; index < count; index++) {
    const account = await operator.addAccount(`trader ${index}`)
    await operator.deposit(account, { asset: 'BTC', amount: '10000' })
    await operator.deposit(account, { asset: 'USDT', amount: '100000000' })
    const { apiKey, secret = '' } = await operator.addKey(account, { label: 'load', type: 'HMAC' })
    traders.push({ account, key: { apiKey, secret } })
  }
  await delay(KEYS_KNOWN_MS)
  return traders
}
