import { setTimeout as delay } from 'node:timers/promises'
import type { Target } from './order-path.ts'
import { SignedConnection, type SignedRequest } from './signed-connection.ts'

/*
 * A trader that places one small order after the other over HTTP, in a process of its own, so that the work of the bench
 * does not affect the measurement. Environment: PROBE_TARGET and PROBE_REQUEST, JSON. `begin` resets the measurement.
 * `end` is answered with the longest wait in ms, including that of the order in flight.
 */
const BETWEEN_MS = 5

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench's own process or flow
const target = JSON.parse(process.env['PROBE_TARGET'] ?? '') as Target
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench's own process or flow
const request = JSON.parse(process.env['PROBE_REQUEST'] ?? '') as SignedRequest

let worst = 0
let ended: (() => void) | undefined

process.on('message', (message) => {
  if (message === 'begin') worst = 0
  else ended = () => process.send?.(worst)
})
process.on('disconnect', () => process.exit())

const connection = await SignedConnection.open(target)
for (;;) {
  const { status, text, wholeMs } = await connection.call(request)
  if (status !== 200) throw new Error(`${status} ${text}`)
  worst = Math.max(worst, wholeMs)
  ended?.()
  ended = undefined
  await delay(BETWEEN_MS)
}
