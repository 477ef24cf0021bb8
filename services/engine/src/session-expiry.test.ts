import { Command, CommandKind, Exchange } from '@uptick/core'
import { expect, test } from 'vitest'
import { SESSION_IDLE_MS_MAX, SESSION_SWEEP_MS, SESSIONS_MAX } from './limits.ts'
import { SessionExpiry } from './session-expiry.ts'

/** 2026-01-01T00:00:00Z, µs. */
const EPOCH = 1_767_225_600_000_000

test('of too many sessions those unused for longest end, and none that has a link', () => {
  const ids = Array.from({ length: SESSIONS_MAX + 3 }, (_, i) => i + 1)
  const sessions = ids.map((session) => ({ session, lastNumber: 0, remembered: 0 }))
  const expiry = new SessionExpiry({ sessions: () => sessions })
  for (const session of ids) expiry.used(session, 1_000 + session)
  const hasLink = (session: number): boolean => session === 2
  expect(expiry.expired(10_000, hasLink)).toEqual([1, 3, 4])
  sessions.length = SESSIONS_MAX
  expect(expiry.expired(10_000, hasLink)).toEqual([])
})

const EMPTY_BYTES = new Exchange().snapshot().length

/** Gateways start one after the other, `everyMs` apart; each has a link for a while and sends some commands. */
function startGateways(starts: number, everyMs: number, linkMs: number) {
  const exchange = new Exchange()
  const expiry = new SessionExpiry(exchange)
  const gone: number[] = []
  let now = 0
  let swept = 0
  let [mostSessions, mostKnown, mostBytes] = [0, 0, 0]
  const send = (kind: CommandKind, fields: Partial<Command>): void => {
    exchange.output.clear()
    exchange.execute(Object.assign(new Command(), { kind, ...fields }), exchange.sequence + 1, EPOCH + now * 1000)
  }
  const sweep = (): void => {
    swept = now
    // Links of the newest gateways are open.
    for (const session of expiry.expired(now, (id) => gone[id]! > now)) send(CommandKind.EXPIRE_SESSION, { session })
    mostSessions = Math.max(mostSessions, exchange.counts().sessions)
    mostKnown = Math.max(mostKnown, expiry.size)
  }
  for (let session = 1; session <= starts; session++) {
    gone[session] = now + linkMs
    send(CommandKind.OPEN_SESSION, { session })
    for (let number = 1; number <= 3; number++) send(CommandKind.TICK, { session, number })
    expiry.used(session, now)
    now += everyMs
    if (now - swept >= SESSION_SWEEP_MS) sweep()
    if (session % 5_000 === 0) mostBytes = Math.max(mostBytes, exchange.snapshot().length)
  }
  now += SESSION_IDLE_MS_MAX + linkMs
  sweep()
  now += SESSION_IDLE_MS_MAX
  sweep()
  return { exchange, expiry, mostSessions, mostKnown, mostBytes }
}

test.each([
  ['once an hour, for eleven years', 3_600_000, 60_000],
  ['once a second, in a loop of crashes', 1_000, 500],
  ['fifty a second', 20, 500],
])('100,000 gateways start %s: sessions and snapshots stay small', (_how, everyMs, linkMs) => {
  const { exchange, expiry, mostSessions, mostKnown, mostBytes } = startGateways(100_000, everyMs, linkMs)
  const burst = Math.ceil(SESSION_SWEEP_MS / everyMs)
  expect(mostSessions).toBeLessThanOrEqual(SESSIONS_MAX)
  expect(mostKnown).toBeLessThanOrEqual(SESSIONS_MAX + burst)
  // A session with its replies takes less than a kilobyte here; between two sweeps there may be more of them.
  expect(mostBytes).toBeLessThan(EMPTY_BYTES + 1_000 * (SESSIONS_MAX + burst))
  expect(exchange.counts().sessions).toBe(0)
  expect(expiry.size).toBe(0)
  expect(exchange.snapshot().length).toBeLessThan(EMPTY_BYTES + 1_000)
})

test('a session ends ten minutes after it was last used, and not while it has a link', () => {
  const expiry = new SessionExpiry({ sessions: () => [{ session: 1, lastNumber: 0, remembered: 0 }] })
  expiry.used(1, 1_000)
  expect(expiry.expired(1_000 + SESSION_IDLE_MS_MAX - 1, () => false)).toEqual([])
  expect(expiry.expired(1_000 + SESSION_IDLE_MS_MAX, () => false)).toEqual([1])
  const later = 1_000 + 2 * SESSION_IDLE_MS_MAX
  expect(expiry.expired(later, () => true)).toEqual([])
  // The link was a use.
  expect(expiry.expired(later + SESSION_IDLE_MS_MAX - 1, () => false)).toEqual([])
  expect(expiry.expired(later + SESSION_IDLE_MS_MAX, () => false)).toEqual([1])
})
