/* oxlint-disable typescript/no-non-null-assertion -- a check would be measured with what is measured. */
import { nodejsOrderBook, run } from './contender.ts'
import { feed, listed } from './feeder.ts'
import { FLOW_FILLING, orderFlow } from './order-flow.ts'
import { against, median, note } from './row.ts'
import { progress, quick, report, timed } from './section.ts'

const REPEATS = quick ? 2 : 5
const GOAL_RATE = 2_000_000
const GOAL_NPM = 30
const SLOW_COMMANDS = 100_000

progress('generating the order flow')
const flow = orderFlow()
const rates = Array.from({ length: REPEATS }, (_, i) => {
  progress(`order flow through the whole core, ${i + 1} of ${REPEATS}`)
  const feeder = listed()
  const orderIds = new Float64Array(flow.length + 1)
  let rejected = 0
  const seconds = timed(() => (rejected = feed(feeder, flow, orderIds)))
  const { lastTradeId } = feeder.exchange.symbolState(0)!
  if (rejected > 0 || lastTradeId !== flow.expectedTrades)
    throw new Error(`${rejected} commands rejected, ${lastTradeId} trades instead of ${flow.expectedTrades}`)
  return flow.length / seconds
})
const npm = timedRate()

function timedRate(): number {
  const contender = nodejsOrderBook()
  run(contender, flow, 0, FLOW_FILLING)
  return SLOW_COMMANDS / timed(() => run(contender, flow, FLOW_FILLING, FLOW_FILLING + SLOW_COMMANDS))
}

const rate = median(rates)
report([
  note(
    `nodejs-order-book, ${SLOW_COMMANDS.toLocaleString('en')} commands of the order flow (no accounts)`,
    npm,
    'commands/s',
  ),
  against(
    'core, order flow',
    rate,
    'commands/s',
    { name: `${GOAL_RATE.toLocaleString('en')} commands/s`, value: GOAL_RATE },
    1,
  ),
  against('core, order flow', rate, 'commands/s', { name: 'nodejs-order-book', value: npm }, GOAL_NPM),
])
