import type { ApiKey } from '../keys/api-key.ts'
import type { Params } from '../params/params.ts'
import type { TimeUnit } from '@uptick/protocol'

/** What a transport hands to `Dispatcher.call(operation, call)`. */
export interface Call {
  readonly params: Params
  /** Address of the caller, for the limits and for keys that are bound to addresses. */
  readonly ip: string
  readonly receivedAt: number
  /** Length of the caller's request without headers. */
  readonly length: number
  readonly timeUnit: TimeUnit
  /** `X-MBX-APIKEY`, or `params.apiKey` of the WebSocket API; empty when none was given. */
  readonly apiKey: string
  /** Exactly what was signed, and the signature as it was sent (percent-decoded). */
  readonly signed: string
  readonly signature: string
  /** The key of a WebSocket API session after `session.logon`: used when no `apiKey` and `signature` were given. */
  readonly session?: ApiKey | undefined
  readonly firstSent: number
}
