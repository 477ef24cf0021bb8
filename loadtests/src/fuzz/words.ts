import * as fc from 'fast-check'

/** One of the texts between bars. */
export function oneOf(texts: string): fc.Arbitrary<string> {
  return fc.constantFrom(...texts.split('|'))
}

/** Words that requests of the exchange consist of, and words that they should not have. */

export const names = oneOf(
  'symbol|symbols|side|type|timeInForce|quantity|quoteOrderQty|price|stopPrice|limit|interval' +
    '|orderId|origClientOrderId|newClientOrderId|recvWindow|startTime|endTime|fromId|timeZone' +
    '|windowSize|cancelReplaceMode|newOrderRespType|selfTradePreventionMode|idempotent' +
    '|returnRateLimits|sequence|resume|subscriptionId|apiKey|signature|__proto__|constructor|',
)

const known = oneOf(
  'BTCUSDT|["BTCUSDT"]|BUY|SELL|LIMIT|MARKET|LIMIT_MAKER|STOP_LOSS_LIMIT|GTC|IOC|FOK|1|0|-1|0.001' +
    '|30000|1e999|9007199254740993|0x10|1m|1000|5000|true|null|[]|{}|\0|%00|STOP_ON_FAILURE' +
    '|EXPIRE_MAKER|١|\ud800',
)

/** Text as it lies in a parameter. */
export const values = fc.oneof({ weight: 4, arbitrary: known }, fc.string(), fc.string({ unit: 'binary' }))

/** Small depths, and depths that functions other than `JSON.parse` cannot handle. */
const depths = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.noBias(fc.integer({ min: 500, max: 10_000 })))

/** Long and deep things, as JSON text. */
export const heavyJson = fc.oneof(
  depths.map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  depths.map((depth) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)),
  fc.integer({ min: 1, max: 20_000 }).map((count) => `[${'1,'.repeat(count)}1]`),
  fc.integer({ min: 1, max: 60_000 }).map((length) => JSON.stringify('x'.repeat(length))),
  fc
    .integer({ min: 1, max: 5_000 })
    .map((count) => `{${Array.from({ length: count }, (_, i) => `"a${i}":1`).join(',')}}`),
)

/** JSON text: of what is known, of anything, and of what is heavy. */
export const json = fc.oneof(
  { weight: 6, arbitrary: values.map((value) => JSON.stringify(value)) },
  { weight: 3, arbitrary: fc.constantFrom('1', '-1', '1.0', '1e-05', '9007199254740993', 'true', 'null', '1e400') },
  { weight: 2, arbitrary: fc.json() },
  { weight: 2, arbitrary: heavyJson },
)

/** Bytes of a text with some of them changed, cut or repeated. */
export function damaged(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 })
  return fc.tuple(text, flips, fc.nat(), fc.constantFrom(0, 0, 0, 1, 2)).map(([whole, changes, at, how]) => {
    const bytes = Buffer.from(whole, 'latin1')
    for (const [index, value] of changes) if (bytes.length > 0) bytes[index % bytes.length] = value
    const result = bytes.toString('latin1')
    const cut = whole.length === 0 ? 0 : at % whole.length
    return how === 0 ? result : how === 1 ? result.slice(0, cut) : result + result.slice(cut)
  })
}
