import { setTimeout as delay } from 'node:timers/promises'
import { messageOf, Problem } from '@uptick/commandline'
import { OperatorClient } from '@uptick/operator'
import { demoTraders } from './listing.ts'
import { listMarkets, openAccount } from './seed.ts'

/**
 * Lists the demo's markets and registers its two traders, through the operator API of an exchange that may still be
 * starting. Their keys come from Secrets, as ALICE_UPTICK_KEY and ALICE_UPTICK_SECRET. Harmless when repeated.
 */
const { OPERATOR_URL = '', OPERATOR_TOKEN = '', WAIT_MS = '300000' } = process.env
const RETRY_MS = 1_000

try {
  const operator = new OperatorClient(OPERATOR_URL, OPERATOR_TOKEN)
  await answering(operator, performance.now() + Number(WAIT_MS))
  await listMarkets(operator)
  for (const trader of demoTraders) {
    const prefix = `${trader.label.toUpperCase()}_UPTICK_`
    const { [`${prefix}KEY`]: apiKey, [`${prefix}SECRET`]: secret } = process.env
    if (!apiKey || !secret) throw new Problem(`${prefix}KEY and ${prefix}SECRET are missing`)
    const account = await openAccount(operator, trader)
    const keys = await operator.keys(account)
    if (!keys.some((key) => key.apiKey === apiKey))
      await operator.addKey(account, { label: trader.label, type: 'HMAC', apiKey, secret })
    process.stdout.write(`${trader.label} trades with account ${account}\n`)
  }
} catch (error) {
  process.stderr.write(`demo: ${messageOf(error)}\n`)
  process.exitCode = 1
}

/** Gateways and engines start at the same time as this. */
async function answering(operator: OperatorClient, deadline: number): Promise<void> {
  for (;;) {
    try {
      await operator.assets()
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
      process.stdout.write(`waiting: ${messageOf(error)}\n`)
      await delay(RETRY_MS)
    }
  }
}
