import { JournalHaltedError, JournalRolledBackError } from '@uptick/journal'
import type { CancelTimer, Timers } from '@uptick/runtime'

/** After a look that failed. Each waits for its own time limit, so a journal that is silent is not asked more often. */
const RETRY_MS = 50

export interface ReadIndexOptions {
  /** Whether the epoch is still the journal's newest, at some moment after the call: see `Lease.leads`. */
  readonly look: () => Promise<boolean>
  readonly timers: Timers
  readonly events: {
    /** Another member has taken over. */
    fenced(): void
    /** The journal has lost our claim. */
    rolledBack(error: unknown): void
    /** The shard is halted. */
    halted(error: unknown): void
  }
}

/**
 * Lets a question pass once the journal has said that no other member had taken over, in a look that began after the
 * question came (a read index: D. Ongaro, "Consensus: Bridging Theory and Practice", 6.4). The state then has
 * everything that a client was told before the question was asked. A lease cannot promise that: a leader whose session
 * has ended without its knowledge counts as dead before its lease is over, and PostgreSQL's clock may step. Questions
 * that come while a look is on its way share the next one. While the journal does not answer, all wait.
 */
export class ReadIndex {
  readonly #options: ReadIndexOptions
  #waiting: (() => void)[] = []
  #isLooking = false
  #isStopped = false
  #cancelRetry: CancelTimer = () => undefined

  constructor(options: ReadIndexOptions) {
    this.#options = options
  }

  /** Run `question` after a look; never, once another member leads or after `stop`. */
  before(question: () => void): void {
    if (this.#isStopped) return
    this.#waiting.push(question)
    this.#lookSoon()
  }

  /** Let nothing pass any more. */
  stop(): void {
    this.#isStopped = true
    this.#waiting = []
    this.#cancelRetry()
  }

  /** At the end of the turn, so that one look serves all that came with it. */
  #lookSoon(): void {
    if (this.#isLooking || this.#waiting.length === 0) return
    this.#isLooking = true
    this.#options.timers.endOfTurn(() => void this.#look())
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const passing = this.#waiting
    this.#waiting = []
    try {
      const isNewest = await this.#options.look()
      if (this.#isStopped) return
      if (!isNewest) {
        this.stop()
        return this.#options.events.fenced()
      }
    } catch (error) {
      if (this.#isStopped) return
      if (error instanceof JournalRolledBackError || error instanceof JournalHaltedError) return this.#end(error)
      // The renewal of the lease on the same connection reports the trouble.
      this.#waiting = [...passing, ...this.#waiting]
      return this.#lookLater()
    }
    for (const question of passing) question()
    this.#isLooking = false
    this.#lookSoon()
  }

  #end(error: JournalRolledBackError | JournalHaltedError): void {
    this.stop()
    const { events } = this.#options
    if (error instanceof JournalHaltedError) events.halted(error)
    else events.rolledBack(error)
  }

  #lookLater(): void {
    this.#cancelRetry = this.#options.timers.after(RETRY_MS, () => void this.#look())
  }
}
