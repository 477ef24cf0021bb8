import { OrderStatus, Side } from '@uptick/core'
import { unitsOf } from '../client/decimal.ts'
import type { Acknowledgements, SentOrder } from './acknowledgements.ts'
import { acceptedName, type JournalTruth } from './journal-truth.ts'
import type { TradersMarket } from './traffic.ts'

/**
 * Every acknowledged order is in the journal exactly once, with what its trader sent; a refused one is not; one of
 * unknown fate at most once; and nothing is there that nobody sent.
 *
 * @returns what is wrong, a sentence each
 */
export function checkAcknowledged(told: Acknowledgements, truth: JournalTruth, market: TradersMarket): string[] {
  const findings: string[] = []
  for (const { order, fate } of told.all()) {
    const found = truth.accepted.get(acceptedName(order.account, order.clientId)) ?? []
    const [orderId] = found
    if (found.length > 1) findings.push(`${order.clientId} was accepted ${found.length} times: ${found.join(', ')}`)
    if (fate.kind === 'acknowledged' && orderId !== fate.orderId)
      findings.push(`${order.clientId} was acknowledged as ${fate.orderId}, the journal has ${orderId ?? 'nothing'}`)
    if (fate.kind === 'refused' && orderId !== undefined)
      findings.push(`${order.clientId} was refused (${fate.code}), the journal has ${orderId}`)
    if (fate.kind === 'sent') findings.push(`${order.clientId} was sent and has no fate`)
    if (orderId !== undefined) findings.push(...differences(order, orderId, truth, market))
  }
  const accounts = new Set([...told.all()].map(({ order }) => order.account))
  for (const [name, [orderId = 0]] of truth.accepted) {
    const account = truth.orders.get(orderId)?.account ?? 0
    const clientId = name.slice(name.indexOf('/') + 1)
    if (accounts.has(account) && told.get(clientId) === undefined)
      findings.push(`${name} is in the journal, but nobody sent it`)
  }
  for (const orderId of told.cancelled) {
    const status = truth.orders.get(orderId)?.status
    if (status !== OrderStatus.CANCELED)
      findings.push(`the cancel of ${orderId} was acknowledged, its status is ${status}`)
  }
  return findings
}

function differences(sent: SentOrder, orderId: number, truth: JournalTruth, market: TradersMarket): string[] {
  const found = truth.orders.get(orderId)
  if (found === undefined) return [`${orderId} was accepted and has no image`]
  const same =
    found.account === sent.account &&
    (found.side === Side.BUY ? 'BUY' : 'SELL') === sent.side &&
    BigInt(found.price) === unitsOf(sent.price, market.priceDecimals) &&
    BigInt(found.quantity) === unitsOf(sent.quantity, market.quantityDecimals)
  return same ? [] : [`${orderId} is not the order that ${sent.clientId} named`]
}
