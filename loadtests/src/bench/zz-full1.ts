import { feed, listed } from './feeder.ts'
import { orderFlow } from './order-flow.ts'
const flow = orderFlow()
const R = Number(process.argv[2] ?? 1)
for (let r = 0; r < R; r++) {
  const feeder = listed()
  const ids = new Float64Array(flow.length + 1)
  const t0 = process.cpuUsage()
  feed(feeder, flow, ids)
  const t = process.cpuUsage(t0)
  console.log(flow.length / (t.user + t.system))
}
