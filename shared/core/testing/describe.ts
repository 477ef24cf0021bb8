import type { Command } from '../src/command.ts'
import { ExecutionType, ExpiryReason, OrderStatus } from '../src/enums.ts'
import { type Event, EventKind, type ExecutionEvent, type OrderImage, type Outcome } from '../src/event.ts'
import { WorkKind } from '../src/market-work.ts'
import { Reject, rejectName } from '../src/reject.ts'
import { clientIdKeys, numberKeys, verbs, words } from './vocabulary.ts'

/** Name of a member, from the object that lists them. */
export function memberName(members: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(members).find(([, member]) => member === value)?.[0] ?? String(value)
}

/** A command as a line of the table language, with numbers for accounts, symbols and assets. */
export function describeCommand(command: Command): string {
  const found = Object.entries(verbs).find(([, { kind }]) => kind === command.kind)
  const verb = found?.[0] ?? `kind-${command.kind}`
  const fields: readonly string[] = found?.[1].fields ?? []
  const line = [verb]
  for (const field of fields) line.push(fieldText(command, field))
  const { price, stopPrice, quoteQuantity, timeInForce, selfTradePrevention, restriction, replaceMode, text } = command
  if (price !== 0) line.push(`@${price}`)
  if (stopPrice !== 0) line.push(`stop@${stopPrice}`)
  if (quoteQuantity !== 0) line.push(`quote:${quoteQuantity}`)
  if (timeInForce !== 1) line.push(`tif=${memberName(words.timeInForce, timeInForce)}`)
  if (selfTradePrevention !== 0) line.push(`stp=${memberName(words.selfTradePrevention, selfTradePrevention)}`)
  if (restriction !== 0) line.push(`only=${memberName(words.restriction, restriction)}`)
  if (replaceMode !== 1) line.push(`mode=${memberName(words.replaceMode, replaceMode)}`)
  for (const [key, field] of Object.entries(numberKeys)) {
    const isPositional = fields.includes(field) || field === 'value'
    if (command[field] !== 0 && !isPositional) line.push(`${key}=${command[field]}`)
  }
  for (const [key, field] of Object.entries(clientIdKeys)) {
    if (command[field].length > 0) line.push(`${key}=${command[field].toString()}`)
  }
  if (text !== '') line.push(`text=${text}`)
  return line.filter((word) => word !== '').join(' ')
}

function fieldText(command: Command, field: string): string {
  switch (field) {
    case 'side':
    case 'type':
      return memberName(words[field], command[field])
    case 'symbolStatus':
    case 'accountStatus':
      return memberName(words[field], command.value)
    case '[quantity]':
      return command.quantity === 0 ? '' : String(command.quantity)
    default:
      return String(command[field as 'account' | 'symbol' | 'asset' | 'amount' | 'session' | 'value'])
  }
}

/** The last column: what a command did, in few words. Makers of plain trades are not named: look them up. */
export function describeOutcome(outcome: Outcome): string {
  const parts: string[] = []
  if (outcome.repeated) parts.push('again')
  if (outcome.reject !== Reject.NONE) parts.push(rejectName(outcome.reject))
  const orders = new Map<number, ExecutionEvent[]>()
  for (const event of outcome.events) {
    if (event.kind !== EventKind.EXECUTION) continue
    const { orderId } = event.order
    orders.set(orderId, [...(orders.get(orderId) ?? []), event])
  }
  for (const executions of orders.values()) {
    const isPlainMaker = executions.every((event) => event.execution === ExecutionType.TRADE && event.maker)
    if (!isPlainMaker) parts.push(describeOrder(executions))
  }
  for (const event of outcome.events) parts.push(describeOther(event))
  return parts.filter((part) => part !== '').join('; ') || 'ok'
}

/** One order's way through the command. A new order goes without its name. */
function describeOrder(executions: readonly ExecutionEvent[]): string {
  const [first] = executions
  const last = executions.at(-1)
  if (!first || !last) return ''
  const line: string[] = []
  if (first.execution !== ExecutionType.NEW) line.push(orderName(last.order))
  for (const event of executions) {
    const amount = `${event.lastQuantity}@${event.lastPrice}`
    if (event.execution === ExecutionType.TRADE) line.push(event.maker ? `made:${amount}` : amount)
    else if (event.execution === ExecutionType.TRADE_PREVENTION) line.push(`prevented:${amount}`)
    else if (event.execution === ExecutionType.TRIGGERED) line.push('triggered')
    else if (event.execution === ExecutionType.REPLACED) line.push('replaced')
  }
  line.push(memberName(OrderStatus, last.order.status))
  if (last.expiryReason !== 0) line.push(memberName(ExpiryReason, last.expiryReason))
  return line.join(' ')
}

export function orderName(order: OrderImage): string {
  return order.clientId || `#${order.orderId}`
}

function describeOther(event: Event): string {
  switch (event.kind) {
    case EventKind.FUNDS:
      return event.delta > 0n ? `+${event.delta}` : String(event.delta)
    case EventKind.CATALOGUE:
      return `${event.subject} ${event.id}`
    case EventKind.SESSION:
      return `${event.state} ${event.session}`
    case EventKind.BEHAVIOUR:
      return `behaviour ${event.behaviour}`
    case EventKind.REPLACE: {
      const place = event.attempted ? rejectName(event.place) : 'not attempted'
      return `cancel ${rejectName(event.cancel)}, place ${place}`
    }
    case EventKind.WORK:
      return `work ${memberName(WorkKind, event.work)}`
    default:
      return ''
  }
}
