/* oxlint-disable typescript/no-non-null-assertion -- a check would be measured with what is measured. */
import { TradeChecksum } from '../flow/checksum.ts'
import { mapLadder, nodejsOrderBook, run, type Contender } from './contender.ts'
import { FLOW_BAND, FLOW_FILLING, assertTrades, orderFlow, type OrderFlow } from './order-flow.ts'
import { against, median, note, type Row } from './row.ts'
import { progress, quick, report, timed } from './section.ts'
import { deep, flashCrash, moves, oneLevel, wide, type Flow } from './shapes.ts'
import { UptickBook } from './uptick-book.ts'

const REPEATS = quick ? 3 : 5
const SHAPE_COMMANDS = quick ? 300_000 : 1_000_000
/** The npm book would need half a minute for the whole flow. */
const SLOW_COMMANDS = 100_000
const GOAL_MAP_LADDER = 1.15
/** Goal: the rate of the worst shape, as a part of the best shape's. */
const GOAL_WORST_SHAPE = 0.5
/** The number of resting orders in the flow stays far below this. */
const LADDER_CAPACITY = 1 << 16

/** Commands per second of one contender over one flow; the prefill is not timed. */
function rate(make: () => Contender, flow: Flow, length: number = flow.length): number {
  const contender = make()
  run(contender, flow, 0, flow.prefill)
  const seconds = timed(() => run(contender, flow, flow.prefill, length))
  return (length - flow.prefill) / seconds
}

function check(flow: OrderFlow): void {
  const checksum = new TradeChecksum()
  const book = new UptickBook((maker, taker, price, quantity) => checksum.add(maker, taker, price, quantity))
  run(book, flow, 0, flow.length)
  assertTrades(flow, 'the book', checksum)
}

function flowRows(flow: OrderFlow): Row[] {
  const ladder = () => mapLadder(FLOW_BAND.low, FLOW_BAND.high, LADDER_CAPACITY)
  const rates: { uptick: number; ladder: number }[] = []
  // The two alternate, so that a slow second of the machine affects both.
  for (let i = 0; i < REPEATS; i++)
    rates.push({ ladder: rate(ladder, flow), uptick: rate(() => new UptickBook(), flow) })
  const uptick = median(rates.map((pair) => pair.uptick))
  const map = median(rates.map((pair) => pair.ladder))
  const npm = rate(nodejsOrderBook, { ...flow, prefill: FLOW_FILLING }, FLOW_FILLING + SLOW_COMMANDS)
  return [
    note('Map ladder, order flow', map, 'commands/s'),
    note(`nodejs-order-book, ${SLOW_COMMANDS.toLocaleString('en')} commands of the order flow`, npm, 'commands/s'),
    against('book, order flow', uptick, 'commands/s', { name: 'Map ladder', value: map }, GOAL_MAP_LADDER),
  ]
}

function shapeRows(narrow: number): Row[] {
  const rates = new Map<string, number>([['order flow', narrow]])
  for (const make of [wide, flashCrash, deep, oneLevel, moves]) {
    const flow = make(SHAPE_COMMANDS)
    progress(`shape: ${flow.name}`)
    rates.set(flow.name, median(Array.from({ length: REPEATS }, () => rate(() => new UptickBook(), flow))))
  }
  const best = Math.max(...rates.values())
  const rows = [...rates].map(([name, value]) =>
    against(`book, ${name}`, value, 'commands/s', { name: 'best shape', value: best }, GOAL_WORST_SHAPE),
  )
  return rows.filter((row) => row.name !== 'book, order flow')
}

progress('generating the order flow')
const flow = orderFlow()
check(flow)
progress('order flow: book, Map ladder, nodejs-order-book')
const rows = flowRows(flow)
report([...rows, ...shapeRows(rows.at(-1)!.value)])
