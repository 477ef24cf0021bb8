/** An account that trades, and its HMAC key. */
export interface Trader {
  readonly account: number
  readonly apiKey: string
  readonly secret: string
}

/** URL of the exchange, from the environment of the run. */
export const url = __ENV['UPTICK_URL'] ?? 'http://127.0.0.1:8080'
export const symbol = __ENV['UPTICK_SYMBOL'] ?? 'BTCUSDT'
/** Prefix of every client order id: two runs of the same traders need different ones. */
export const run = __ENV['UPTICK_RUN'] ?? Date.now().toString(36)
/** `UPTICK_TRADERS` is a JSON list of {account, apiKey, secret}; UPTICK_KEY and UPTICK_SECRET are one trader. */
export const traders: readonly Trader[] = JSON.parse(
  __ENV['UPTICK_TRADERS'] ??
    JSON.stringify([{ account: 1, apiKey: __ENV['UPTICK_KEY'] ?? '', secret: __ENV['UPTICK_SECRET'] ?? '' }]),
)
/** File for the figures at the end. */
export const summaryFile = __ENV['UPTICK_SUMMARY']

/** A number from the environment. @throws Error for anything else */
export function number(name: string, fallback: number): number {
  const text = __ENV[name]
  const value = text === undefined || text === '' ? fallback : Number(text)
  if (!(value >= 0)) throw new Error(`${name} ${text}: a number is needed`)
  return value
}
