import type { Journal } from '@uptick/journal'

export interface SnapshotPolicy {
  /** Save after this many commands, */
  readonly commands: number
  /** or after this long, if anything has happened. */
  readonly seconds: number
  readonly kept: number
}

/** Milliseconds that only grow. */
export type Stopwatch = () => number

/**
 * Decides when a snapshot is due, and saves it. It never saves a state before that state is recorded: a recorder that
 * starts from the snapshot must find the read model at or after it.
 */
export class SnapshotKeeper {
  readonly #journal: Journal
  readonly #policy: SnapshotPolicy
  readonly #stopwatch: Stopwatch
  #sequence: number
  #savedAt: number

  /** `sequence` is that of the newest snapshot there is. */
  constructor(journal: Journal, policy: SnapshotPolicy, sequence: number, stopwatch: Stopwatch) {
    this.#journal = journal
    this.#policy = policy
    this.#stopwatch = stopwatch
    this.#sequence = sequence
    this.#savedAt = stopwatch()
  }

  isDue(sequence: number): boolean {
    if (sequence === this.#sequence) return false
    const elapsedSeconds = (this.#stopwatch() - this.#savedAt) / 1000
    return sequence - this.#sequence >= this.#policy.commands || elapsedSeconds >= this.#policy.seconds
  }

  /**
   * Whether no other process has saved one lately: a standby engine does, where there is one. Called when a snapshot is
   * due; a "no" counts as a save.
   */
  async isWanted(sequence: number): Promise<boolean> {
    const newest = await this.#journal.newestSnapshot()
    const { commands, seconds } = this.#policy
    if (!newest || sequence - newest.sequence >= commands || newest.ageSeconds >= seconds) return true
    this.#sequence = sequence
    this.#savedAt = this.#stopwatch()
    return false
  }

  /** Save the state after `sequence`, whose offset is committed, and remove old ones. */
  async save(sequence: number, bytes: Uint8Array): Promise<void> {
    // Counted even if it fails, so that the next attempt is made when the next snapshot is due.
    this.#sequence = sequence
    this.#savedAt = this.#stopwatch()
    await this.#journal.saveSnapshot({ sequence, bytes })
    await this.#journal.pruneSnapshots(this.#policy.kept)
  }
}
