import { feed, listed } from './feeder.ts'
import { orderFlow, FLOW_BAND } from './order-flow.ts'
import { mapLadder, run } from './contender.ts'
import { UptickBook } from './uptick-book.ts'
const flow = orderFlow()
const R = Number(process.argv[2] ?? 3)
const cpu = (f: () => void) => {
  globalThis.gc?.()
  const t0 = process.cpuUsage()
  f()
  const t = process.cpuUsage(t0)
  return flow.length / (t.user + t.system)
}
for (let r = 0; r < R; r++) {
  const ladder = cpu(() => {
    const c = mapLadder(FLOW_BAND.low, FLOW_BAND.high, 1 << 16)
    run(c, flow, 0, flow.length)
  })
  const bare = cpu(() => {
    const c = new UptickBook()
    run(c, flow, 0, flow.length)
  })
  const feeder = listed()
  const ids = new Float64Array(flow.length + 1)
  const full = cpu(() => {
    feed(feeder, flow, ids)
  })
  console.log(
    `cpu M/s: ladder ${ladder.toFixed(2)} bare ${bare.toFixed(2)} (${(bare / ladder).toFixed(2)}) full ${full.toFixed(3)} (${(full / ladder).toFixed(3)} of ladder)`,
    feeder.exchange.runningHash().toString(16),
  )
}
