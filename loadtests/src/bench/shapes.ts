/* oxlint-disable typescript/no-non-null-assertion -- a check would be measured with what is measured. */
import { Random } from '@uptick/runtime/testing'

/**
 * Shapes of a book other than the narrow one of the order flow, which a ladder over a small band is suited to. Every
 * generator is deterministic and gives flat records, so the timed loop does nothing but call the book.
 */
export const Op = { PLACE: 0, CANCEL: 1, MOVE: 2, REDUCE: 3, IMMEDIATE: 4 } as const

/** Columns of commands; `id` of CANCEL, MOVE and REDUCE names an order placed before. */
export interface Flow {
  readonly name: string
  readonly length: number
  readonly op: Uint8Array
  readonly side: Uint8Array
  readonly id: Float64Array
  readonly price: Float64Array
  readonly quantity: Float64Array
  /** Commands that only fill the book and are not timed. */
  readonly prefill: number
}

/** Numbers in 0 … n−1, from a seed. */
export function random(seed: number): (n: number) => number {
  const chance = new Random(seed)
  return (n) => chance.integer(0, n - 1)
}

/** Collects commands and remembers which orders should rest, so that cancels and moves name live ones. */
class Script {
  readonly op: number[] = []
  readonly side: number[] = []
  readonly id: number[] = []
  readonly price: number[] = []
  readonly quantity: number[] = []
  readonly live: number[] = []
  readonly sides: number[] = []
  #ids = 0

  place(side: number, price: number, quantity: number, op: number = Op.PLACE): number {
    const id = ++this.#ids
    this.sides[id] = side
    if (op === Op.PLACE) this.live.push(id)
    this.add(op, side, id, price, quantity)
    return id
  }

  /** Removes and returns an order that should be live. */
  take(index: number): number {
    const id = this.live[index]!
    const last = this.live.pop()!
    if (index < this.live.length) this.live[index] = last
    return id
  }

  add(op: number, side: number, id: number, price: number, quantity: number): void {
    this.op.push(op)
    this.side.push(side)
    this.id.push(id)
    this.price.push(price)
    this.quantity.push(quantity)
  }

  flow(name: string, prefill: number): Flow {
    return {
      name,
      length: this.op.length,
      op: Uint8Array.from(this.op),
      side: Uint8Array.from(this.side),
      id: Float64Array.from(this.id),
      price: Float64Array.from(this.price),
      quantity: Float64Array.from(this.quantity),
      prefill,
    }
  }
}

const BUY = 0
const SELL = 1
const MID = 50_000_000

/** Orders spread over 1 … 100,000,000 ticks (0.01 to 1,000,000): adds and cancels, one level per order. */
export function wide(commands: number): Flow {
  const below = random(1)
  const script = new Script()
  const add = () => {
    const side = below(2)
    script.place(side, side === BUY ? 1 + below(MID - 1) : MID + 1 + below(MID - 1), 1 + below(100))
  }
  for (let i = 0; i < 20_000; i++) add()
  for (let i = 0; i < commands; i++) {
    if (below(2) === 0) add()
    else {
      const id = script.take(below(script.live.length))
      script.add(Op.CANCEL, script.sides[id]!, id, 0, 0)
    }
  }
  return script.flow('wide', 20_000)
}

/** A thin book over the whole range. Marketable orders empty it level by level, and it is rebuilt, again and again. */
export function flashCrash(commands: number): Flow {
  const below = random(2)
  const script = new Script()
  for (let i = 0; i < commands;) {
    for (let k = 0; k < 500; k++, i++) script.place(BUY, 1 + below(MID - 1), 10)
    for (let k = 0; k < 500; k++, i++) script.place(SELL, 1, 10, Op.IMMEDIATE)
  }
  return script.flow('flash crash', 0)
}

/** A hundred thousand resting orders on ten thousand levels; orders come and go near the top. */
export function deep(commands: number): Flow {
  const below = random(3)
  const script = new Script()
  for (let i = 0; i < 100_000; i++) {
    const side = i & 1
    const distance = 100 + below(5_000)
    script.place(side, side === BUY ? MID - distance : MID + distance, 1 + below(100))
  }
  const resting = script.live.length
  for (let i = 0; i < commands; i++) {
    if (script.live.length < resting + 200) {
      const side = below(2)
      script.place(side, side === BUY ? MID - 1 - below(99) : MID + 1 + below(99), 1 + below(100))
    } else {
      const id = script.take(resting + below(script.live.length - resting))
      script.add(Op.CANCEL, script.sides[id]!, id, 0, 0)
    }
  }
  return script.flow('static deep', 100_000)
}

/** A hundred thousand orders at one price: cancels from its middle, arrivals at its end, fills at its front. */
export function oneLevel(commands: number): Flow {
  const below = random(4)
  const script = new Script()
  for (let i = 0; i < 100_000; i++) script.place(SELL, MID, 10)
  for (let i = 0; i < commands; i++) {
    const choice = below(10)
    if (choice < 5) script.place(SELL, MID, 10)
    else if (choice < 9) {
      const id = script.take(below(script.live.length))
      script.add(Op.CANCEL, SELL, id, 0, 0)
    } else script.place(BUY, MID, 10, Op.IMMEDIATE)
  }
  return script.flow('one level', 100_000)
}

/** exchange-core's published mix: 71 % moves, 13 % new, 7 % cancels, 7 % reductions, 2 % immediate-or-cancel. */
export function moves(commands: number): Flow {
  const below = random(5)
  const script = new Script()
  const price = (side: number) => (side === BUY ? MID - 1 - below(500) : MID + 1 + below(500))
  const add = () => {
    const side = below(2)
    script.place(side, price(side), 50 + below(50))
  }
  for (let i = 0; i < 10_000; i++) add()
  for (let i = 0; i < commands; i++) {
    const choice = below(100)
    if (choice < 13 || script.live.length < 100) add()
    else if (choice < 15) {
      const side = below(2)
      script.place(side, side === BUY ? MID + 10 : MID - 10, 1 + below(50), Op.IMMEDIATE)
    } else if (choice < 22) {
      const id = script.take(below(script.live.length))
      script.add(Op.CANCEL, script.sides[id]!, id, 0, 0)
    } else {
      const id = script.live[below(script.live.length)]!
      const side = script.sides[id]!
      if (choice < 29) script.add(Op.REDUCE, side, id, 0, 1)
      else script.add(Op.MOVE, side, id, price(side), 0)
    }
  }
  return script.flow('moves', 10_000)
}
