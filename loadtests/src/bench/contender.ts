/* oxlint-disable typescript/no-non-null-assertion -- a check would be measured with what is measured. */
import { OrderBook, Side } from 'nodejs-order-book'
import { MapLadder } from './map-ladder.ts'
import { Op, type Flow } from './shapes.ts'

/** A bare book under test: it matches, it has no accounts. Prices are ticks, quantities lots. */
export interface Contender {
  place(id: number, side: 0 | 1, price: number, quantity: number): void
  /** A marketable order that takes what crosses and never rests. */
  immediate(id: number, side: 0 | 1, price: number, quantity: number): void
  cancel(id: number): void
  move(id: number, side: 0 | 1, price: number): void
  reduce(id: number, by: number): void
  /** Trades so far: every contender must have the same number. */
  trades(): number
}

/** The Map ladder as a contender. It has neither moves nor reductions, so it runs the order flow only. */
export function mapLadder(low: number, high: number, capacity: number): Contender {
  let trades = 0
  const book = new MapLadder(low, high, capacity, () => trades++)
  const unsupported = () => {
    throw new Error('the Map ladder does not do that')
  }
  return {
    place: (id, side, price, quantity) => book.place(id, side, price, quantity),
    immediate: unsupported,
    cancel: (id) => void book.cancel(id),
    move: unsupported,
    reduce: unsupported,
    trades: () => trades,
  }
}

/** The most used order book on npm. */
export function nodejsOrderBook(): Contender {
  const book = new OrderBook()
  let trades = 0
  const unsupported = () => {
    throw new Error('nodejs-order-book is measured on the order flow only')
  }
  return {
    place(id, side, price, quantity) {
      const done = book.limit({ id: String(id), side: side === 0 ? Side.BUY : Side.SELL, size: quantity, price })
      trades += done.done.filter((order) => order.id !== String(id)).length
      if (done.partial !== null && done.partial.id !== String(id)) trades++
    },
    immediate: unsupported,
    cancel: (id) => void book.cancel(String(id)),
    move: unsupported,
    reduce: unsupported,
    trades: () => trades,
  }
}

/** Feeds commands `from … to − 1` of a flow; this is the timed loop. */
export function run(contender: Contender, flow: Flow, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const id = flow.id[i]!
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench's own process or flow
    const side = flow.side[i] as 0 | 1
    switch (flow.op[i]) {
      case Op.PLACE:
        contender.place(id, side, flow.price[i]!, flow.quantity[i]!)
        break
      case Op.CANCEL:
        contender.cancel(id)
        break
      case Op.MOVE:
        contender.move(id, side, flow.price[i]!)
        break
      case Op.REDUCE:
        contender.reduce(id, flow.quantity[i]!)
        break
      default:
        contender.immediate(id, side, flow.price[i]!, flow.quantity[i]!)
    }
  }
}
