import { Command, CommandKind, EventKind, ExecutionType, readOutcome, type Exchange, type Outcome } from '@uptick/core'
import { BatchReader } from '@uptick/protocol'
import type { CommittedBatch } from './retained-batches.ts'
import type { RetainedOutcomes } from './retained-outcomes.ts'

/** Fields of something that was told at a sequence. */
type Numbered = { readonly sequence: number } & Readonly<Record<string, unknown>>

/** What was journaled, and acknowledged, and is given up; amounts in units, as the core counts them. */
export interface TakenBack {
  readonly commands: readonly Numbered[]
  /** Accepted. */
  readonly orders: readonly Numbered[]
  readonly trades: readonly Numbered[]
}

/** The outcome of a sequence, if that is still known. */
export type OutcomeSource = (sequence: number) => Outcome | undefined

const KINDS = new Map<number, string>(Object.entries(CommandKind).map(([name, kind]) => [kind, name]))

/** All that is in the batches; orders and trades as far as their outcomes are known. */
export function takenBack(batches: readonly CommittedBatch[], outcomeOf: OutcomeSource): TakenBack {
  const report = { commands: [] as Numbered[], orders: [] as Numbered[], trades: [] as Numbered[] }
  const command = new Command()
  for (const { payload } of batches) {
    const reader = new BatchReader().open(payload)
    while (reader.next(command)) {
      const { sequence } = reader
      const { kind, account, symbol, targetOrder, asset, amount, clientId } = command
      const order = { symbol, targetOrder, clientId: clientId.toString() }
      const fields = amount === 0n ? order : { asset, amount: String(amount) }
      report.commands.push({ sequence, kind: KINDS.get(kind) ?? kind, account, ...fields })
      const outcome = outcomeOf(sequence)
      if (outcome) collect(report, outcome)
    }
  }
  return report
}

function collect(report: { orders: Numbered[]; trades: Numbered[] }, { sequence, events }: Outcome): void {
  for (const event of events) {
    if (event.kind === EventKind.EXECUTION && event.execution === ExecutionType.NEW) {
      const { account, symbol, orderId, clientId, side, price, quantity } = event.order
      report.orders.push({ sequence, account, symbol, orderId, clientId, side, price, quantity })
    } else if (event.kind === EventKind.TRADE) {
      const { symbol, tradeId, price, quantity, makerOrder, takerOrder, makerAccount, takerAccount } = event
      const parties = { makerOrder, takerOrder, makerAccount, takerAccount }
      report.trades.push({ sequence, symbol, tradeId, price, quantity, ...parties })
    }
  }
}

/** From what is retained for gateways that resume. */
export function retainedOutcomes(retained: RetainedOutcomes): OutcomeSource {
  return (sequence) => {
    const outcome = retained.outcome(sequence)
    return outcome && readOutcome(outcome.words, outcome.at)
  }
}

/** By executing the batches on `exchange`, whose state they follow; it is of no use afterwards. */
export function replayedOutcomes(batches: readonly CommittedBatch[], exchange: Exchange): OutcomeSource {
  const outcomes = new Map<number, Outcome>()
  const command = new Command()
  for (const { payload, first } of batches) {
    const reader = new BatchReader().open(payload)
    const isNext = first === exchange.sequence + 1 && reader.hashBefore === BigInt.asUintN(64, exchange.runningHash())
    if (!isNext) break
    while (reader.next(command)) {
      exchange.output.clear()
      exchange.execute(command, reader.sequence, reader.time)
      outcomes.set(reader.sequence, readOutcome(exchange.output.words, 0))
    }
  }
  return (sequence) => outcomes.get(sequence)
}
