import { TradeChecksum } from './checksum.ts'
import { FlowBook } from './flow-book.ts'
import { FlowRandom } from './random.ts'
import { FLOW_HEADER_BYTES, FLOW_RECORD_BYTES, FlowOp, writeFlowHeader, writeFlowRecord } from './record.ts'

const MIDDLE = 100_000
/** The middle price stays within this many ticks of its start. */
const WANDER_MAX = 2_000
/** Commands between two reports of progress. */
const TOLD_EVERY = 50_000

export interface FlowShape {
  readonly seed: number
  /** Commands, the filling of the book included. */
  readonly commands: number
  /** Number of live orders that the mix keeps, and of adds that fill the book first. */
  readonly target?: number
  /** Adds are within this many ticks of the middle. */
  readonly band?: number
  readonly addPercent?: number
  readonly cancelPercent?: number
  readonly users?: number
}

/**
 * A deterministic flow of one market, in the 24-byte records of `record.ts`, header included.
 *
 * The middle moves by ±1 tick in one command out of sixteen. An add (60 %) rests on its own side of the middle. A
 * cancel (30 %) removes a random live order. An aggressive order (the rest) has a price past all others, and a size
 * that keeps the book near `target` orders; it never wants more than rests, so it always fills. The draws happen in a
 * fixed order: changing it changes every flow.
 *
 * @param told is called with the number of commands now and then
 */
export function generateFlow(shape: FlowShape, told: (commands: number) => void = () => undefined): Buffer {
  const { seed, commands, target = 12_000, band = 50, addPercent = 60, cancelPercent = 30, users = 1_000 } = shape
  const through = 2 * band + WANDER_MAX
  const margin = WANDER_MAX + through + 10
  const random = new FlowRandom(seed)
  const checksum = new TradeChecksum()
  const trade = (maker: number, taker: number, price: number, quantity: number): void =>
    checksum.add(maker, taker, price, quantity)
  const book = new FlowBook({ lowest: MIDDLE - margin, highest: MIDDLE + margin, orders: commands, trade })
  const bytes = Buffer.alloc(FLOW_HEADER_BYTES + commands * FLOW_RECORD_BYTES)
  let middle = MIDDLE
  let nextId = 1
  let filling = 0
  let peak = 0

  for (let index = 0; index < commands; index++) {
    if (index % TOLD_EVERY === 0) told(index)
    if ((random.word() & 15) === 0) middle += random.word() & 1 ? 1 : -1
    middle = Math.min(MIDDLE + WANDER_MAX, Math.max(MIDDLE - WANDER_MAX, middle))
    const drawn = random.below(100)
    let op: FlowOp =
      drawn < addPercent ? FlowOp.ADD : drawn < addPercent + cancelPercent ? FlowOp.CANCEL : FlowOp.AGGRESSIVE
    if (book.liveCount < target && filling === index && index < target) {
      op = FlowOp.ADD
      filling = index + 1
    }
    if (op === FlowOp.CANCEL && book.liveCount === 0) op = FlowOp.ADD
    const side = random.word() & 1 ? 1 : 0
    if (op === FlowOp.AGGRESSIVE && book.resting[side === 0 ? 1 : 0] < 1) op = FlowOp.ADD

    const offset = FLOW_HEADER_BYTES + index * FLOW_RECORD_BYTES
    if (op === FlowOp.CANCEL) {
      const cancelled = book.live(random.below(book.liveCount))
      writeFlowRecord(bytes, offset, { ...cancelled, op, quantity: 0 })
      book.remove(cancelled.orderId)
    } else {
      const orderId = nextId++
      const user = 1 + random.below(users)
      const { price, quantity } = op === FlowOp.ADD ? passive(side) : aggressive(side)
      writeFlowRecord(bytes, offset, { op, side, orderId, user, price, quantity })
      book.place(orderId, side, price, quantity, user)
    }
    peak = Math.max(peak, book.liveCount)
  }
  writeFlowHeader(bytes, { seed: seed >>> 0, commands, filling, checksum, liveAtEnd: book.liveCount, peak })
  return bytes

  function passive(side: 0 | 1): { price: number; quantity: number } {
    const distance = 1 + random.below(band)
    return { price: side === 0 ? middle - distance : middle + distance, quantity: 1 + random.below(100) }
  }

  function aggressive(side: 0 | 1): { price: number; quantity: number } {
    const mean = (3 * 50.5 * book.liveCount) / target
    const wanted = 1 + random.below(Math.max(1, Math.floor(2 * mean)))
    const available = book.resting[side === 0 ? 1 : 0]
    return { price: side === 0 ? middle + through : middle - through, quantity: Math.min(wanted, available) }
  }
}
