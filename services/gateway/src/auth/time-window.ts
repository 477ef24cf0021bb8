import { PublicErrors, publicError } from '@uptick/protocol'
import { OUTSIDE_WINDOW } from '../engine-link/link-errors.ts'
import { illegal, microseconds, missing, type Params } from '../params/params.ts'

const RECEIVE_WINDOW_DEFAULT_US = 5_000_000
const RECEIVE_WINDOW_US_MAX = 60_000_000
const AHEAD_US_MAX = 1_000_000

const AHEAD = publicError(PublicErrors.TIMESTAMP_AHEAD)
const WINDOW_TOO_LONG = publicError(PublicErrors.INVALID_RECV_WINDOW)

/**
 * Check `timestamp` (ms or µs) and `recvWindow` (ms, up to three decimals) against `now` (µs) and return the last
 * moment (µs) at which the request may go to the engine.
 */
export function checkTimeWindow(params: Params, now: number): number {
  const text = params.raw('timestamp')
  if (text === undefined || text === '') throw missing('timestamp')
  if (!TIMESTAMP.test(text)) throw illegal('timestamp', '^[0-9]{1,20}$')
  const timestamp = microseconds(Number(text))
  const window = receiveWindow(params.raw('recvWindow'))
  if (timestamp >= now + AHEAD_US_MAX) throw AHEAD
  if (now - timestamp > window) throw OUTSIDE_WINDOW
  return timestamp + window
}

const TIMESTAMP = /^[0-9]{1,20}$/
const WINDOW = /^([0-9]{1,9})(?:\.([0-9]{1,3}))?$/
const WINDOW_TOO_PRECISE = /^[0-9]{1,9}\.[0-9]{4,20}$/

function receiveWindow(text: string | undefined): number {
  if (text === undefined) return RECEIVE_WINDOW_DEFAULT_US
  const match = WINDOW.exec(text)
  if (match === null) {
    if (WINDOW_TOO_PRECISE.test(text)) throw publicError(PublicErrors.TOO_MUCH_PRECISION, 'recvWindow')
    throw illegal('recvWindow', '^\\d{1,5}(\\.\\d{1,3})?$')
  }
  const window = Number(match[1]) * 1000 + Number((match[2] ?? '').padEnd(3, '0'))
  if (window > RECEIVE_WINDOW_US_MAX) throw WINDOW_TOO_LONG
  return window
}
