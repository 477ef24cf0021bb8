import type { PublicError } from '@uptick/protocol'
import type { RateLimitState } from '../limits/limits.ts'

/** JSON text of a success; `result` is JSON text. */
export function successText(id: string, result: string, rateLimits: readonly RateLimitState[] | undefined): string {
  return `{"id":${id},"status":200,"result":${result}${rateLimitsText(rateLimits)}}`
}

/** JSON text of a failure. `now` in µs: limits say when to come back, and what the time is here. */
export function failureText(
  id: string,
  error: PublicError,
  now: number,
  rateLimits: readonly RateLimitState[] | undefined,
): string {
  const body: { code: number; msg: string; data?: unknown } = { code: error.code, msg: error.msg }
  if (error.data !== undefined) body.data = error.data
  else if (error.retryAfter !== undefined && error.retryAfter > 0) {
    const serverTime = Math.floor(now / 1000)
    body.data = { serverTime, retryAfter: serverTime + error.retryAfter * 1000 }
  }
  return `{"id":${id},"status":${error.status},"error":${JSON.stringify(body)}${rateLimitsText(rateLimits)}}`
}

function rateLimitsText(rateLimits: readonly RateLimitState[] | undefined): string {
  return rateLimits === undefined ? '' : `,"rateLimits":${JSON.stringify(rateLimits)}`
}
