import { expect, test } from 'vitest'
import { SESSIONS_MAX } from './limits.ts'
import { SessionExpiry } from './session-expiry.ts'

test('of too many sessions those end that were unused for longest, and none that has a link', () => {
  const ids = Array.from({ length: SESSIONS_MAX + 3 }, (_, i) => i + 1)
  const sessions = ids.map((session) => ({ session, lastNumber: 0, remembered: 0 }))
  const expiry = new SessionExpiry({ sessions: () => sessions })
  for (const session of ids) expiry.used(session, 1_000 + session)
  const hasLink = (session: number): boolean => session === 2
  expect(expiry.expired(10_000, hasLink)).toEqual([1, 3, 4])
  sessions.length = SESSIONS_MAX
  expect(expiry.expired(10_000, hasLink)).toEqual([])
})
