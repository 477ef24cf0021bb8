import { Behaviour } from '../../src/behaviours.ts'
import type { Command } from '../../src/command.ts'
import { Reject, type RejectCode } from '../../src/reject.ts'
import type { NaiveReply, World } from './world.ts'

const MINUTE = 60_000_000
const REMEMBERED_FOR = 10 * MINUTE
const AHEAD_MAX = MINUTE

/** Everything the trader chose; the envelope is not part of it. */
function digest(c: Command): string {
  const { symbol, side, type, timeInForce, selfTradePrevention, price, quantity, quoteQuantity, stopPrice } = c
  const { strategyId, strategyType, firstSent } = c
  const rest = [quoteQuantity, stopPrice, strategyId, strategyType, firstSent]
  return [symbol, side, type, timeInForce, selfTradePrevention, price, quantity, ...rest].join(' ')
}

/** The remembered reply, a reject of the memory itself, or `undefined`: execute it. */
export function recall(world: World, c: Command): NaiveReply | RejectCode | undefined {
  while (world.retries[0] && world.retries[0].firstSent + REMEMBERED_FOR < world.time) world.retries.shift()
  const clientId = c.clientId.toString()
  const entry = world.retries.find((retry) => retry.account === c.account && retry.clientId === clientId)
  if (entry) return entry.digest === digest(c) ? entry.reply : Reject.RETRY_MISMATCH
  if (c.firstSent + REMEMBERED_FOR < world.time) return Reject.RETRY_TOO_OLD
  if (c.firstSent > world.time + AHEAD_MAX) return Reject.RETRY_TOO_OLD
  if (c.firstSent <= (world.forgotten.get(c.account) ?? 0)) return Reject.RETRY_TOO_OLD
  if (world.behaviours.has(Behaviour.RETRY_SHARES)) return undefined
  return world.retries.length >= world.retriesMax ? Reject.RETRY_MEMORY_FULL : undefined
}

export function remember(world: World, c: Command, reply: NaiveReply): void {
  if (world.retries.length >= world.retriesMax) giveUp(world, heaviest(world))
  const { account, firstSent } = c
  world.retries.push({ account, clientId: c.clientId.toString(), firstSent, digest: digest(c), reply })
}

/** The account that holds most orders and events of their replies; the lowest of several. */
function heaviest(world: World): number {
  const weights = new Map<number, number>()
  for (const { account, reply } of world.retries) {
    weights.set(account, (weights.get(account) ?? 0) + 1 + reply.events.length)
  }
  const most = Math.max(...weights.values())
  return Math.min(...[...weights].filter(([, weight]) => weight === most).map(([account]) => account))
}

/** Forget the account's oldest order; what it sent no later is never executed again. */
function giveUp(world: World, account: number): void {
  const at = world.retries.findIndex((retry) => retry.account === account)
  const { firstSent } = world.retries[at]!
  world.forgotten.set(account, Math.max(world.forgotten.get(account) ?? 0, firstSent))
  world.retries.splice(at, 1)
}
