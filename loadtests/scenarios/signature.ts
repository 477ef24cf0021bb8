import crypto from 'k6/crypto'
import type { Trader } from './settings.ts'

const RECV_WINDOW_MS = 60_000

/** The form of a signed REST request. */
export function signedForm({ secret }: Trader, params: Readonly<Record<string, string>>): string {
  const form = formOf({ ...params, recvWindow: String(RECV_WINDOW_MS), timestamp: String(Date.now()) })
  return `${form}&signature=${crypto.hmac('sha256', secret, form, 'hex')}`
}

/** The parameters of a signed request of the WebSocket API: signed in alphabetical order. */
export function signedParams(
  { apiKey, secret }: Trader,
  params: Readonly<Record<string, string>>,
): Record<string, string> {
  const all: Record<string, string> = {
    ...params,
    apiKey,
    recvWindow: String(RECV_WINDOW_MS),
    timestamp: String(Date.now()),
  }
  const payload = formOf(Object.fromEntries(Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1))))
  return { ...all, signature: crypto.hmac('sha256', secret, payload, 'hex') }
}

function formOf(params: Readonly<Record<string, string>>): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}
