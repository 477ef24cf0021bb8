/* oxlint-disable typescript/no-unsafe-type-assertion -- the words hold enumerations that the core wrote. */
/* oxlint-disable typescript/no-non-null-assertion -- the snapshot's hash was right; its head says how much follows. */
import type { Market } from './market.ts'
import { type MarketWork, type WaitingQueue, WorkKind } from './market-work.ts'

/** A market's unfinished work in the head of a snapshot. Behind the numbers the words of a cancel's id. */
export interface WorkHead {
  readonly waiting: readonly number[]
  readonly work?: readonly number[]
}

export function workHead({ waiting, work }: Market): WorkHead | undefined {
  if (waiting.count === 0 && work.kind === WorkKind.NONE) return undefined
  const head = { waiting: queueMarks(waiting) }
  return work.kind === WorkKind.NONE ? head : { ...head, work: workNumbers(work) }
}

export function restoreWork({ waiting, work }: Market, head: WorkHead | undefined): void {
  if (head === undefined) return
  restoreQueue(waiting, head.waiting)
  if (head.work === undefined) return
  const [kind, slot, units, budget, isShort, low, high, account, length, ...words] = head.work
  work.kind = kind as WorkKind
  work.slot = slot!
  work.allowance.quantity = units!
  work.budget = budget!
  work.allowance.isShort = isShort === 1
  work.allowance.held.low = low!
  work.allowance.held.high = high!
  work.account = account!
  work.cancelId.length = length!
  work.cancelId.words.set(words)
}

export function queueMarks({ head, tail, count }: WaitingQueue): number[] {
  return [head, tail, count]
}

export function restoreQueue(queue: WaitingQueue, [head, tail, count]: readonly number[]): void {
  queue.head = head!
  queue.tail = tail!
  queue.count = count!
}

/** Everything that later outcomes depend on. The slot is not part of it. */
export function workMeaning(work: MarketWork): number[] {
  return workNumbers(work).toSpliced(1, 1)
}

function workNumbers({ kind, slot, allowance, budget, account, cancelId }: MarketWork): number[] {
  const { quantity, isShort, held } = allowance
  const order = [kind, slot, quantity, budget, isShort ? 1 : 0, held.low, held.high]
  return [...order, account, cancelId.length, ...cancelId.words]
}
