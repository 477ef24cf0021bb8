import { OrderStatus, Side } from '@uptick/core'
import { unitsOf } from '../client/decimal.ts'
import type { Acknowledgements, SentOrder } from './acknowledgements.ts'
import { acceptedName, type OrderRecord } from './order-record.ts'
import type { TradersMarket } from './traffic.ts'

/** `lost`: acknowledged, but not there; `doubled`: there more than once; `contradiction`: differs from the answer. */
export interface AcknowledgementFinding {
  readonly kind: 'lost' | 'doubled' | 'contradiction'
  /** Client id of its order; empty when no trader sent it. */
  readonly clientId: string
  readonly text: string
}

/**
 * Every acknowledged order is in the journal exactly once, with the fields that its trader sent. A refused order is
 * not. One of unknown fate is there at most once. No order is there that no trader sent.
 */
export function acknowledgementFindings(
  told: Acknowledgements,
  truth: OrderRecord,
  market: TradersMarket,
): AcknowledgementFinding[] {
  const findings: AcknowledgementFinding[] = []
  for (const { order, fate } of told.all()) {
    const { clientId } = order
    const find = (kind: AcknowledgementFinding['kind'], text: string) => findings.push({ kind, clientId, text })
    const found = truth.accepted.get(acceptedName(order.account, clientId)) ?? []
    const [orderId] = found
    if (found.length > 1) find('doubled', `${clientId} was accepted ${found.length} times: ${found.join(', ')}`)
    if (fate.kind === 'acknowledged' && orderId === undefined)
      find('lost', `${clientId} was acknowledged as ${fate.orderId}, the journal has nothing`)
    else if (fate.kind === 'acknowledged' && orderId !== fate.orderId)
      find('contradiction', `${clientId} was acknowledged as ${fate.orderId}, the journal has ${orderId}`)
    if (fate.kind === 'refused' && orderId !== undefined)
      find('contradiction', `${clientId} was refused (${fate.code}), the journal has ${orderId}`)
    if (fate.kind === 'sent') find('contradiction', `${clientId} was sent and has no fate`)
    if (orderId !== undefined)
      for (const text of differences(order, orderId, truth, market)) find('contradiction', text)
  }
  return [...findings, ...unsentFindings(told, truth), ...cancelFindings(told, truth)]
}

/** The findings as sentences. */
export function checkAcknowledged(told: Acknowledgements, truth: OrderRecord, market: TradersMarket): string[] {
  return acknowledgementFindings(told, truth, market).map(({ text }) => text)
}

function unsentFindings(told: Acknowledgements, truth: OrderRecord): AcknowledgementFinding[] {
  const findings: AcknowledgementFinding[] = []
  const accounts = new Set([...told.all()].map(({ order }) => order.account))
  for (const [name, [orderId = 0]] of truth.accepted) {
    const account = truth.orders.get(orderId)?.account ?? 0
    const clientId = name.slice(name.indexOf('/') + 1)
    if (accounts.has(account) && told.get(clientId) === undefined)
      findings.push({ kind: 'contradiction', clientId, text: `${name} is in the journal, but no trader sent it` })
  }
  return findings
}

function cancelFindings(told: Acknowledgements, truth: OrderRecord): AcknowledgementFinding[] {
  return [...told.cancelled].flatMap((orderId) => {
    const image = truth.orders.get(orderId)
    if (image?.status === OrderStatus.CANCELED) return []
    const text = `the cancel of ${orderId} was acknowledged, its status is ${image?.status}`
    return [{ kind: 'contradiction' as const, clientId: image?.clientId ?? '', text }]
  })
}

function differences(sent: SentOrder, orderId: number, truth: OrderRecord, market: TradersMarket): string[] {
  const found = truth.orders.get(orderId)
  if (found === undefined) return [`${orderId} was accepted and has no image`]
  const same =
    found.account === sent.account &&
    (found.side === Side.BUY ? 'BUY' : 'SELL') === sent.side &&
    BigInt(found.price) === unitsOf(sent.price, market.priceDecimals) &&
    BigInt(found.quantity) === unitsOf(sent.quantity, market.quantityDecimals)
  return same ? [] : [`${orderId} is not the order that ${sent.clientId} named`]
}
