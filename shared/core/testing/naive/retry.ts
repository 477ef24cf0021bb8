import type { Command } from '../../src/command.ts'
import { Reject, type RejectCode } from '../../src/reject.ts'
import type { NaiveReply, World } from './world.ts'

const MINUTE = 60_000_000
const REMEMBERED_FOR = 10 * MINUTE
const AHEAD_MAX = MINUTE
const RETRIES_MAX = 100_000

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
  return world.retries.length >= RETRIES_MAX ? Reject.RETRY_MEMORY_FULL : undefined
}

export function remember(world: World, c: Command, reply: NaiveReply): void {
  const { account, firstSent } = c
  world.retries.push({ account, clientId: c.clientId.toString(), firstSent, digest: digest(c), reply })
}
