import { Command, CommandKind, EventKind, Exchange, OrderType, readOutcome, Side } from '@uptick/core'
import { expect, test } from 'vitest'
import { testListing } from '../../testing/listing.ts'
import type { OutcomeView } from './outcome-view.ts'
import { UnfinishedReply } from './unfinished-reply.ts'

const ORDERS = 2_000
const MAKER = 1

/** The cancels of many orders. */
function cancels(): OutcomeView {
  const exchange = new Exchange({ stepWorkMax: 10 * ORDERS })
  let sequence = 0
  const run = (fields: Partial<Command>): OutcomeView => {
    const { output } = exchange
    output.clear()
    exchange.execute(Object.assign(new Command(), fields), ++sequence, 1e15 + sequence)
    return { words: output.words.slice(0, output.length), offset: 0 }
  }
  const { assets, symbols } = testListing()
  for (const { id: _, ...asset } of assets) run({ kind: CommandKind.ADD_ASSET, text: JSON.stringify(asset) })
  const { id: _, ...symbol } = symbols[0]!
  const filters = { ...symbol.filters, maxOrders: 10 * ORDERS, maxPosition: 0 }
  run({ kind: CommandKind.ADD_SYMBOL, text: JSON.stringify({ ...symbol, filters }) })
  run({ kind: CommandKind.ADD_ACCOUNT, text: 'a' })
  for (const asset of [0, 1]) run({ kind: CommandKind.DEPOSIT, account: MAKER, asset, amount: 10n ** 17n })
  const order = { kind: CommandKind.PLACE, symbol: 0, account: MAKER, type: OrderType.LIMIT, side: Side.SELL }
  for (let i = 0; i < ORDERS; i++) run({ ...order, price: 5_000_000, quantity: 100_000 })
  return run({ kind: CommandKind.CANCEL_ALL, account: MAKER, symbol: 0 })
}

test.each([[256 << 20], [1 << 20], [1 << 12]])(
  'a reply that outgrows %i bytes reads as the outcome does',
  (reserved) => {
    const view = cancels()
    const whole = readOutcome(view.words, view.offset).events.filter(({ kind }) => kind === EventKind.EXECUTION)
    expect(whole).toHaveLength(ORDERS)
    const settle = { resolve: () => undefined, reject: () => undefined }
    const reply = new UnfinishedReply(view, { order: 0, symbols: new Set([0]) }, settle, { since: 0, now: 0 }, reserved)
    // The rest of it, as it comes in the feed.
    reply.follow(view.words, view.offset, 1)
    const { words, offset } = reply.outcome()
    const executions = readOutcome(words, offset).events.filter(({ kind }) => kind === EventKind.EXECUTION)
    expect(executions).toEqual([...whole, ...whole])
  },
)
