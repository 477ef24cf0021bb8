import type { Exchange } from '@uptick/core'
import type { Journal } from '@uptick/journal'
import type { Clock } from '@uptick/runtime'

export interface SnapshotPolicy {
  /** Save after this many commands, */
  readonly commands: number
  /** or after this long, if anything has happened. */
  readonly seconds: number
  readonly kept: number
}

export interface SnapshotTakerOptions {
  readonly journal: Pick<Journal, 'newestSnapshot' | 'saveSnapshot' | 'pruneSnapshots'>
  readonly policy: SnapshotPolicy
  readonly exchange: Pick<Exchange, 'sequence' | 'snapshot'>
  readonly clock: Clock
  /** How far the read model has come: its recorder starts from a snapshot that is not newer. 0: there is none. */
  readonly recordedThrough: () => number
  readonly events: { saved(sequence: number, bytes: number): void; failed(error: unknown): void }
}

/**
 * Snapshots by a standby, so that the leader never stops for one. The first standby or recorder saves it; the others
 * find it fresh and wait.
 */
export class SnapshotTaker {
  readonly #options: SnapshotTakerOptions
  #checkedAt: number
  #checkedSequence: number
  #saving = false
  /** Sequences that this member saved, oldest first. */
  readonly #saved: number[] = []

  constructor(options: SnapshotTakerOptions) {
    this.#options = options
    this.#checkedAt = options.clock.elapsed()
    this.#checkedSequence = options.exchange.sequence
  }

  /** Save if it is due. Never rejects: a failed snapshot is a missing one. */
  async consider(): Promise<void> {
    const { policy, exchange, clock, events } = this.#options
    const commands = exchange.sequence - this.#checkedSequence
    const isDue = commands >= policy.commands || clock.elapsed() - this.#checkedAt >= policy.seconds * 1000
    if (this.#saving || commands === 0 || !isDue) return
    this.#saving = true
    this.#checkedAt = clock.elapsed()
    this.#checkedSequence = exchange.sequence
    try {
      if (await this.#isWanted()) await this.#save()
    } catch (error) {
      events.failed(error)
    } finally {
      this.#saving = false
    }
  }

  async #isWanted(): Promise<boolean> {
    const { journal, policy, exchange } = this.#options
    const newest = await journal.newestSnapshot()
    if (!newest) return true
    return exchange.sequence - newest.sequence >= policy.commands || newest.ageSeconds >= policy.seconds
  }

  async #save(): Promise<void> {
    const { journal, policy, exchange, recordedThrough, events } = this.#options
    const { sequence } = exchange
    const bytes = exchange.snapshot()
    await journal.saveSnapshot({ sequence, bytes })
    events.saved(sequence, bytes.byteLength)
    this.#saved.push(sequence)
    if (this.#saved.length > policy.kept) this.#saved.shift()
    // A recorder that is behind all of those that would be kept still needs one of the older ones.
    const recorded = recordedThrough()
    const [oldest] = this.#saved
    if (oldest !== undefined && this.#saved.length === policy.kept && (recorded === 0 || recorded >= oldest)) {
      await journal.pruneSnapshots(policy.kept)
    }
  }
}
