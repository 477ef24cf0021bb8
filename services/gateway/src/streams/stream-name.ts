import { CANDLE_INTERVALS, type CandleInterval } from '../market/market-data.ts'

/** How often a stream that is not real-time may send, in ms. */
export type Speed = 100 | 1000

/** What a stream name asks for. */
export type StreamKind =
  | { readonly kind: 'trade' | 'aggTrade' | 'bookTicker' | 'miniTicker' | 'ticker' | 'avgPrice' }
  | { readonly kind: 'depth'; readonly speed: Speed }
  | { readonly kind: 'partialDepth'; readonly levels: number; readonly speed: Speed }
  | { readonly kind: 'kline'; readonly interval: CandleInterval; readonly offset: number }
  | { readonly kind: 'windowTicker'; readonly window: string; readonly minutes: number }
  | { readonly kind: 'allMiniTickers' }

export interface StreamName {
  /** As it was subscribed, and as the combined form names it. */
  readonly text: string
  /** Lower case; empty for a stream of all symbols. */
  readonly symbol: string
  /** The name without its symbol: `depth@100ms`. */
  readonly topic: string
  readonly stream: StreamKind
}

const PLAIN = new Map<string, StreamKind>(
  (['trade', 'aggTrade', 'bookTicker', 'miniTicker', 'ticker', 'avgPrice'] as const).map((kind) => [kind, { kind }]),
)

const WINDOW_MINUTES = new Map([
  ['1h', 60],
  ['4h', 240],
  ['1d', 1440],
])

/** The one time zone other than UTC that candles are streamed in, and its offset in µs. */
const ZONE = '@+08:00'
const ZONE_OFFSET = 8 * 3_600_000_000

const topics = new Map<string, StreamKind>(PLAIN)
for (const [suffix, speed] of [
  ['', 1000],
  ['@1000ms', 1000],
  ['@100ms', 100],
] as const) {
  topics.set(`depth${suffix}`, { kind: 'depth', speed })
  for (const levels of [5, 10, 20]) topics.set(`depth${levels}${suffix}`, { kind: 'partialDepth', levels, speed })
}
for (const interval of CANDLE_INTERVALS) {
  topics.set(`kline_${interval}`, { kind: 'kline', interval, offset: 0 })
  topics.set(`kline_${interval}${ZONE}`, { kind: 'kline', interval, offset: ZONE_OFFSET })
}
for (const [window, minutes] of WINDOW_MINUTES) {
  topics.set(`ticker_${window}`, { kind: 'windowTicker', window, minutes })
}

/**
 * Read a stream name such as `btcusdt@depth5@100ms` (case-sensitive, symbol in lower case). `undefined` for a name that
 * no stream has; whether the symbol is listed is not asked.
 */
export function parseStreamName(text: string): StreamName | undefined {
  if (text === '!miniTicker@arr') return { text, symbol: '', topic: text, stream: { kind: 'allMiniTickers' } }
  const at = text.indexOf('@')
  if (at <= 0) return undefined
  const topic = text.slice(at + 1)
  const stream = topics.get(topic)
  return stream && { text, symbol: text.slice(0, at), topic, stream }
}

/** A name that may say where the stream is to go on: `btcusdt@trade:12345`, after the sequence 12345. */
export function parsePositioned(text: string): { readonly name: string; readonly position: number | undefined } {
  const match = text.endsWith(ZONE) ? null : /^(.+):([0-9]{1,16})$/.exec(text)
  const position = match ? Number(match[2]) : Number.NaN
  return Number.isSafeInteger(position) ? { name: match![1]!, position } : { name: text, position: undefined }
}
