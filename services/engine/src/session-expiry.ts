import type { Exchange } from '@uptick/core'
import { SESSION_IDLE_MS_MAX, SESSIONS_MAX } from './limits.ts'

/**
 * Finds sessions that are unused: no link and no command for ten minutes, or less when there are too many. What "use" means is known to the
 * leader only; the end of a session is a journaled command, so every member agrees on it.
 */
export class SessionExpiry {
  readonly #exchange: Pick<Exchange, 'sessions'>
  readonly #idleMsMax: number
  /** When each session was last seen in use; `Clock.elapsed`, ms. */
  readonly #lastUse = new Map<number, number>()

  constructor(exchange: Pick<Exchange, 'sessions'>, idleMsMax: number = SESSION_IDLE_MS_MAX) {
    this.#exchange = exchange
    this.#idleMsMax = idleMsMax
  }

  /** The session was used at `now`. */
  used(session: number, now: number): void {
    if (session !== 0) this.#lastUse.set(session, now)
  }

  /** Sessions whose last use is known: those that are open, and those that had a link at the last look. */
  get size(): number {
    return this.#lastUse.size
  }

  /** Sessions to expire at `now`. One that is met for the first time counts as used just now. */
  expired(now: number, hasLink: (session: number) => boolean): number[] {
    const expired = new Set<number>()
    const open = new Set<number>()
    for (const { session } of this.#exchange.sessions()) {
      open.add(session)
      const lastUse = this.#lastUse.get(session)
      if (lastUse === undefined || hasLink(session)) this.#lastUse.set(session, now)
      else if (now - lastUse >= this.#idleMsMax) expired.add(session)
    }
    const surplus = open.size - expired.size - SESSIONS_MAX
    if (surplus > 0) {
      const idle = [...open].filter((session) => !hasLink(session) && !expired.has(session))
      const useOf = (session: number): number => this.#lastUse.get(session) ?? now
      for (const session of idle.toSorted((a, b) => useOf(a) - useOf(b)).slice(0, surplus)) expired.add(session)
    }
    for (const session of this.#lastUse.keys()) {
      if (!open.has(session) && !hasLink(session)) this.#lastUse.delete(session)
    }
    return [...expired]
  }
}
