import { Command, CommandKind, Exchange, OrderType, SelfTradePrevention, Side, TimeInForce } from '@uptick/core'
import { cancelResponses, fullOrderText, newOrderResponse, readReply } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { testCatalogue, testListing } from '../../testing/listing.ts'
import type { OutcomeView } from '../engine-link/outcome-view.ts'
import { isLarge, largeCancelResponses, largeOrderResponse } from './large-reply.ts'

const { format } = testCatalogue()
const MAKER = 1
const TAKER = 2

/** An exchange with `asks` orders of one lot, two of them the taker's own. */
class Book {
  readonly #exchange = new Exchange()
  #sequence = 0

  constructor(asks: number) {
    const { assets, symbols } = testListing()
    for (const { id: _, ...asset } of assets) this.run({ kind: CommandKind.ADD_ASSET, text: JSON.stringify(asset) })
    const { id: _, ...symbol } = symbols[0]!
    this.run({ kind: CommandKind.ADD_SYMBOL, text: JSON.stringify({ ...symbol, filters: UNFILTERED(symbol.filters) }) })
    for (const account of [MAKER, TAKER]) {
      this.run({ kind: CommandKind.ADD_ACCOUNT, text: 'a' })
      for (const asset of [0, 1]) this.run({ kind: CommandKind.DEPOSIT, account, asset, amount: 10n ** 17n })
    }
    for (let i = 0; i < asks; i++) {
      const account = i === 3 || i === asks - 2 ? TAKER : MAKER
      this.run({ ...LIMIT, account, side: Side.SELL, price: 5_000_000 + i, quantity: 100_000 })
    }
  }

  run(fields: Partial<Command>): OutcomeView {
    const { output } = this.#exchange
    output.clear()
    this.#exchange.execute(Object.assign(new Command(), fields), ++this.#sequence, 1e15 + this.#sequence)
    return { words: output.words.slice(0, output.length), offset: 0 }
  }
}

const LIMIT = { kind: CommandKind.PLACE, symbol: 0, type: OrderType.LIMIT }
const UNFILTERED = (filters: object): object =>
  Object.fromEntries(
    Object.entries(filters).map(([name, value]) => [
      name,
      typeof value === 'number' ? 0 : typeof value === 'string' ? '0' : value,
    ]),
  )

const BUY = { ...LIMIT, account: TAKER, side: Side.BUY, price: 6_000_000 }

test.each([
  ['filled', { quantity: 100_000 * 2_000 }],
  ['rests', { quantity: 100_000 * 3_000 }],
  ['expires', { quantity: 100_000 * 3_000, timeInForce: TimeInForce.IOC, strategyId: 7 }],
  ['prevented', { quantity: 100_000 * 3_000, selfTradePrevention: SelfTradePrevention.EXPIRE_MAKER }],
  ['small', { quantity: 1 }],
] as const)('a large reply reads as any other: %s', async (_name, order) => {
  const view = new Book(2_500).run({ ...BUY, ...order })
  expect(isLarge(view)).toBe(order.quantity > 1)
  const reply = readReply(view.words, view.offset)
  const full = await largeOrderResponse(view, 'FULL', format, 'MILLISECOND')
  expect(full.text).toBe(fullOrderText(reply, format, 'MILLISECOND'))
  for (const type of ['ACK', 'RESULT'] as const) {
    const { text } = await largeOrderResponse(view, type, format, 'MILLISECOND')
    expect(text).toBe(JSON.stringify(newOrderResponse(reply, type, format, 'MILLISECOND')))
  }
})

test('so do the cancels of many orders', async () => {
  const view = new Book(3_000).run({ kind: CommandKind.CANCEL_ALL, account: MAKER, symbol: 0 })
  expect(isLarge(view)).toBe(true)
  const { text } = await largeCancelResponses(view, format, 'MILLISECOND')
  expect(text).toBe(JSON.stringify(cancelResponses(readReply(view.words, view.offset), format, 'MILLISECOND')))
})
