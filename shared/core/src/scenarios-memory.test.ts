import { expect, test } from 'vitest'
import { market } from '../testing/opening.ts'
import { neat, run } from '../testing/table.ts'

test('sessions: numbered without gaps, each number executed once, repeated from memory', () => {
  const table = `${market}
    place alice BTCUSD sell limit 5 @100 session=7 number=1            | SESSION_UNKNOWN
    open-session 7                                                     | opened 7
    open-session 7                                                     | ok
    place alice BTCUSD sell limit 5 @100 id=x session=7 number=2       | SESSION_GAP
    place alice BTCUSD sell limit 5 @100 id=x session=7 number=1       | NEW
    place alice BTCUSD sell limit 5 @100 id=x session=7 number=1       | again; NEW
    place bob BTCUSD buy limit 5 @100 session=7 number=2               | 5@100 FILLED
    place bob BTCUSD buy limit 5 @100 session=7 number=2               | again; 5@100 FILLED
    cancel alice BTCUSD client=x session=7 number=3                    | UNKNOWN_ORDER
    cancel alice BTCUSD client=x session=7 number=3                    | again; UNKNOWN_ORDER
    deposit alice BTC 10 session=7 number=4                            | +10
    deposit alice BTC 10 session=7 number=4                            | again; +10
    balance alice BTC                                                  | 1005 free, 0 locked
    tick session=7 number=5 confirmed=2                                | ok
    tick session=7 number=2                                            | REPLY_FORGOTTEN
    tick session=7 number=3                                            | again; UNKNOWN_ORDER
    tick session=7 number=5                                            | again
    tick session=7 number=7                                            | SESSION_GAP
    tick session=7 number=0                                            | REPLY_FORGOTTEN
    tick session=7 number=5.5                                          | SESSION_GAP
    tick session=7 number=NaN                                          | SESSION_GAP
    end-session 7                                                      | ended 7
    end-session 7                                                      | SESSION_UNKNOWN
    tick session=7 number=6                                            | SESSION_UNKNOWN
    open-session 8                                                     | opened 8
    expire-session 8                                                   | expired 8
    expire-session 8                                                   | SESSION_UNKNOWN
    open-session 7                                                     | opened 7
    tick session=7 number=1                                            | ok
    open-session 0                                                     | INVALID_FIELD
  `
  expect(run(table)).toBe(neat(table))
})

test('two sessions do not disturb each other', () => {
  const table = `${market}
    open-session 7
    open-session 8
    deposit alice BTC 1 session=7 number=1  | +1
    deposit alice BTC 2 session=8 number=1  | +2
    deposit alice BTC 1 session=7 number=1  | again; +1
    deposit alice BTC 2 session=8 number=1  | again; +2
  `
  expect(run(table)).toBe(neat(table))
})

test('a repeated reply has the events of the own order only, as they were', () => {
  const table = `${market}
    open-session 7
    place bob BTCUSD sell stop-loss 1 stop@99 id=s
    place carol BTCUSD buy limit 1 @99
    place alice BTCUSD sell limit 1 @99 session=7 number=1   | 1@99 FILLED; s triggered EXPIRED INSUFFICIENT_LIQUIDITY
    place alice BTCUSD sell limit 1 @99 session=7 number=1   | again; 1@99 FILLED
    place alice BTCUSD sell limit 1 @105 id=r session=7 number=2 | NEW
    cancel alice BTCUSD client=r
    place alice BTCUSD sell limit 1 @105 id=r session=7 number=2 | again; NEW
    replace alice BTCUSD sell limit 1 @105 client=zz mode=allow id=q session=7 number=3 | REPLACE_PARTIAL; NEW; cancel UNKNOWN_ORDER, place NONE
    tick session=7 number=3                                  | again; REPLACE_PARTIAL; NEW; cancel UNKNOWN_ORDER, place NONE
  `
  expect(run(table)).toBe(neat(table))
})

test('idempotent retry: the same order again is answered, another one is refused', () => {
  const table = `${market}
    +1s place alice BTCUSD sell limit 5 @100 id=x sent=now      | NEW
    place alice BTCUSD sell limit 5 @100 id=x sent=now          | again; NEW
    place alice BTCUSD sell limit 6 @100 id=x sent=now          | RETRY_MISMATCH
    place alice BTCUSD sell limit 5 @100 id=x sent=now-1us      | RETRY_MISMATCH
    place bob BTCUSD buy limit 5 @100 id=x sent=now             | 5@100 FILLED
    place bob BTCUSD buy limit 5 @100 id=x sent=now             | again; 5@100 FILLED
    place alice BTCUSD sell limit 5 @100 id=x sent=now          | again; NEW
    place alice BTCUSD sell limit 5 @100 id=x                   | NEW
    +5m place alice BTCUSD sell limit 5 @100 id=x sent=now-5m   | again; NEW
    +5m place alice BTCUSD sell limit 5 @100 id=x sent=now-10m  | again; NEW
    +1us place alice BTCUSD sell limit 5 @100 id=x sent=now     | DUPLICATE_CLIENT_ORDER_ID
    cancel alice BTCUSD client=x
    place alice BTCUSD sell limit 5 @100 id=x sent=now          | again; DUPLICATE_CLIENT_ORDER_ID
  `
  expect(run(table)).toBe(neat(table))
})

test('idempotent retry: too old, too far ahead, refused for its form', () => {
  const table = `${market}
    place alice BTCUSD sell limit 5 @100 id=x sent=now-601s  | RETRY_TOO_OLD
    place alice BTCUSD sell limit 5 @100 id=x sent=now-10m   | NEW
    place alice BTCUSD sell limit 5 @100 id=y sent=now+61s   | RETRY_TOO_OLD
    place alice BTCUSD sell limit 5 @100 id=y sent=now+60s   | NEW
    place alice BTCUSD sell limit 5 id=z sent=now            | INVALID_COMBINATION
    place alice BTCUSD sell limit 5 @100 id=z sent=now       | NEW
  `
  expect(run(table)).toBe(neat(table))
})

test('idempotent retry under a new session number is remembered for the session too', () => {
  const table = `${market}
    open-session 7
    place alice BTCUSD sell limit 5 @100 id=x sent=now session=7 number=1  | NEW
    open-session 8
    place alice BTCUSD sell limit 5 @100 id=x sent=now session=8 number=1  | again; NEW
    place alice BTCUSD sell limit 5 @100 id=x sent=now session=8 number=1  | again; NEW
    tick session=8 number=2                                                | ok
    balance alice BTC                                                      | 995 free, 5 locked
  `
  expect(run(table)).toBe(neat(table))
})
