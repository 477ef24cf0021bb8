/**
 * Work that another gateway has not done after this time is done for it, µs: several times what an exchange may take.
 */
const WAITED_MAX = 3_000_000
/** All gateways claim an outcome that arrives this long after it was journaled: others may be doing it already, µs. */
export const LATE = 1_500_000
/** Bound on outcomes that wait. At the bound the oldest is left to its own gateway. */
export const STAND_INS_MAX = 10_000

interface Waiting {
  readonly sequence: number
  /** µs. */
  since: number
  readonly act: () => void
}

/**
 * The work of other gateways for the outcomes of their own sessions, until it is known that they did it. Each gateway
 * reports its counts together with how far it has come. A gateway that has reported before, and has not come as far
 * within some seconds, has ended.
 */
export class StandIns {
  readonly #bySession = new Map<number, Waiting[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The sessions whose gateways are waited for. */
  get sessions(): number[] {
    return [...this.#bySession.keys()]
  }

  /** Sequences of one session follow each other. */
  add(session: number, sequence: number, now: number, act: () => void): void {
    const [oldest] = this.#size >= STAND_INS_MAX ? this.#bySession.keys() : []
    if (oldest !== undefined) this.#drop(oldest, 1)
    const waiting = this.#bySession.get(session)
    if (waiting) waiting.push({ sequence, since: now, act })
    else this.#bySession.set(session, [{ sequence, since: now, act }])
    this.#size++
  }

  /**
   * The gateway of the session has come as far as `through`; null when it has never reported. Returns the work that it
   * has not done in time, for another gateway to do.
   */
  learn(session: number, through: number | null, now: number): Waiting[] {
    const waiting = this.#bySession.get(session) ?? []
    const told = through ?? -1
    const open = waiting.findIndex(({ sequence }) => sequence > told)
    const done = open < 0 ? waiting.length : open
    const recent = waiting.findIndex(({ since }, index) => index >= done && now - since < WAITED_MAX)
    const late = recent < 0 ? waiting.length : recent
    const left = through === null ? [] : waiting.slice(done, late)
    this.#drop(session, late)
    return left
  }

  /** No exchange succeeded: restart all waiting times. */
  wait(now: number): void {
    for (const waiting of this.#bySession.values()) for (const one of waiting) one.since = now
  }

  #drop(session: number, count: number): void {
    const waiting = this.#bySession.get(session)
    if (!waiting) return
    waiting.splice(0, count)
    this.#size -= count
    if (waiting.length === 0) this.#bySession.delete(session)
  }
}
