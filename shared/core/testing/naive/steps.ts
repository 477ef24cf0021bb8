import { type Command, CommandKind } from '../../src/command.ts'
import { SymbolStatus } from '../../src/enums.ts'
import { EventKind } from '../../src/event.ts'
import { WorkKind } from '../../src/market-work.ts'
import { cancelMore } from './cancel.ts'
import { flushLevels } from './emit.ts'
import { goOn } from './matching.ts'
import { startIn } from './stops.ts'
import type { World } from './world.ts'

/** Kinds whose symbol they read or change. */
const marketKinds: readonly CommandKind[] = [
  CommandKind.PLACE,
  CommandKind.CANCEL,
  CommandKind.CANCEL_ALL,
  CommandKind.CANCEL_REPLACE,
  CommandKind.AMEND_KEEP_PRIORITY,
  CommandKind.AMEND,
  CommandKind.IMPORT_ORDER,
  CommandKind.SET_FILTERS,
  CommandKind.SET_SYMBOL_STATUS,
]

/** Does the command touch a market whose work goes on? */
export function touchesBusy(world: World, c: Command): boolean {
  if (c.kind === CommandKind.CANCEL_ACCOUNT) {
    return world.orders.some((order) => order.account === c.account && world.busy.includes(order.symbol))
  }
  return marketKinds.includes(c.kind) && world.busy.includes(c.symbol)
}

/** CONTINUE: the next step of the market whose turn it is. */
export function continueWork(world: World): void {
  const symbol = world.symbols[world.busy[0] ?? -1]
  if (!symbol) return
  const { work } = symbol
  if (work?.kind === WorkKind.ORDER) {
    symbol.work = undefined
    goOn(world, work.order)
  } else if (work) cancelMore(world, symbol.id, work.account, work.cancelId)
  flushLevels(world)
  startIn(world, symbol)
  noteWork(world, symbol.id)
}

/** Tell whether the symbol's work goes on, or does not any more. */
export function noteWork(world: World, id: number): void {
  const symbol = world.symbols[id]
  if (!symbol) return
  const { work } = symbol
  const isWaiting = symbol.status === SymbolStatus.TRADING && world.waiting.some((order) => order.symbol === id)
  const kind = work?.kind ?? (isWaiting ? WorkKind.STOPS : WorkKind.NONE)
  const wasBusy = world.busy.includes(id)
  world.busy = world.busy.filter((other) => other !== id)
  if (kind !== WorkKind.NONE) world.busy.push(id)
  else if (!wasBusy) return
  const order = work?.kind === WorkKind.ORDER ? work.order : undefined
  const account = order?.account ?? (work?.kind === WorkKind.CANCELS ? work.account : 0)
  world.events.push({ kind: EventKind.WORK, symbol: id, work: kind, account, orderId: order?.orderId ?? 0 })
}
