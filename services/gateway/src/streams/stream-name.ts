import { CANDLE_INTERVALS, type CandleInterval } from '@uptick/readmodel'
import { DAY_MINUTES, type WindowMinutes } from '../market/market-data.ts'

/** How often a stream that is not real-time may send, in ms. */
export type Speed = 100 | 1000

/** Statistics of one market, every second. */
export type StatisticsStream = { readonly kind: 'ticker' | 'miniTicker' | 'avgPrice' } | WindowTicker

export interface WindowTicker {
  readonly kind: 'windowTicker'
  /** As the name spells it: `1h`. */
  readonly window: string
  readonly minutes: WindowMinutes
}

/** What a stream name stands for. */
export type StreamKind =
  | { readonly kind: 'trade' }
  | { readonly kind: 'aggTrade' }
  | { readonly kind: 'bookTicker' }
  | { readonly kind: 'depth'; readonly speed: Speed }
  | { readonly kind: 'partialDepth'; readonly levels: number; readonly speed: Speed }
  | { readonly kind: 'kline'; readonly interval: CandleInterval; readonly offset: number }
  | StatisticsStream
  | { readonly kind: 'allMiniTickers' }

export interface StreamName {
  /** As it was subscribed, and as the combined form names it. */
  readonly text: string
  /** Lower case; empty for a stream of all symbols. */
  readonly symbol: string
  readonly stream: StreamKind
}

/** The one time zone other than UTC that candles are streamed in, and its offset in µs. */
const ZONE = '@+08:00'
const ZONE_OFFSET = 8 * 3_600_000_000

const SPEEDS = [
  ['', 1000],
  ['@1000ms', 1000],
  ['@100ms', 100],
] as const

const WINDOWS = [
  ['1h', 60],
  ['4h', 240],
  ['1d', DAY_MINUTES],
] as const

type Named = readonly [name: string, stream: StreamKind]

/** Streams by their names. @throws when two have the same */
export function byName(entries: Iterable<Named>): ReadonlyMap<string, StreamKind> {
  const streams = new Map<string, StreamKind>()
  for (const [name, stream] of entries) {
    if (streams.has(name)) throw new Error(`two streams are named ${name}`)
    streams.set(name, stream)
  }
  return streams
}

function* topics(): Iterable<Named> {
  for (const kind of ['trade', 'aggTrade', 'bookTicker', 'miniTicker', 'ticker', 'avgPrice'] as const) {
    yield [kind, { kind }]
  }
  for (const [suffix, speed] of SPEEDS) {
    yield [`depth${suffix}`, { kind: 'depth', speed }]
    for (const levels of [5, 10, 20]) yield [`depth${levels}${suffix}`, { kind: 'partialDepth', levels, speed }]
  }
  for (const interval of CANDLE_INTERVALS) {
    yield [`kline_${interval}`, { kind: 'kline', interval, offset: 0 }]
    yield [`kline_${interval}${ZONE}`, { kind: 'kline', interval, offset: ZONE_OFFSET }]
  }
  for (const [window, minutes] of WINDOWS) yield [`ticker_${window}`, { kind: 'windowTicker', window, minutes }]
}

/** The streams that every symbol has, by what stands behind `<symbol>@`. */
export const TOPICS = byName(topics())
/** The streams of all symbols together. */
export const STREAMS_OF_ALL = byName([['!miniTicker@arr', { kind: 'allMiniTickers' }]])

/**
 * Read a stream name such as `btcusdt@depth5@100ms` (case-sensitive, symbol in lower case). `undefined` for a name that
 * no stream has. It does not check whether the symbol is listed.
 */
export function parseStreamName(text: string): StreamName | undefined {
  const ofAll = STREAMS_OF_ALL.get(text)
  if (ofAll) return { text, symbol: '', stream: ofAll }
  const at = text.indexOf('@')
  if (at <= 0) return undefined
  const stream = TOPICS.get(text.slice(at + 1))
  return stream && { text, symbol: text.slice(0, at), stream }
}

/** A name with an optional position: `btcusdt@trade:12345` continues after the sequence 12345. */
export function parsePositioned(text: string): { readonly name: string; readonly position: number | undefined } {
  const [, name, digits] = (text.endsWith(ZONE) ? null : /^(.+):([0-9]{1,16})$/.exec(text)) ?? []
  const position = Number(digits)
  return name !== undefined && Number.isSafeInteger(position) ? { name, position } : { name: text, position: undefined }
}
