/** What another gateway has not done after so long is done for it, µs: several times what an exchange may take. */
const WAITED_MAX = 3_000_000
/** An outcome that is heard so long after it was journaled is claimed by all gateways: others may be doing it already, µs. */
export const LATE = 1_500_000
/** Outcomes that wait; at the bound the oldest is left to its own gateway. */
export const STAND_INS_MAX = 10_000

interface Waiting {
  readonly sequence: number
  /** µs. */
  since: number
  readonly act: () => void
}

/**
 * What other gateways do for the outcomes of their own sessions, as long as it is not known that they did. Each tells, with what
 * it has counted, how far it has come. One that has said so before, and has not come as far within some seconds, has ended.
 */
export class StandIns {
  readonly #bySession = new Map<number, Waiting[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The sessions that are waited for. */
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
   * The gateway of the session has come as far as `through`, null when it has never said so. Returns what it has not done in
   * time, for another gateway to do.
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

  /** Nothing could be heard of any gateway: wait for all anew. */
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
