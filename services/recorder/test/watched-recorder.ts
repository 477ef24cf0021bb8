import { type JournalArchive, openJournal, type PostgresJournal } from '@uptick/journal'
import { Follower, type FollowerObserver } from '../src/follower.ts'
import { RowWriter } from '../src/row-writer.ts'
import type { SnapshotPolicy } from '../src/snapshots.ts'

export interface WatchedOptions {
  readonly transactionCommandsMax?: number
  readonly snapshots?: SnapshotPolicy
  readonly archive?: JournalArchive
}

/** A recorder in this process, and what it told about itself. */
export class WatchedRecorder implements FollowerObserver {
  readonly journal: PostgresJournal
  readonly follower: Follower
  readonly #writer: RowWriter
  readonly #stop = new AbortController()
  readonly #running: Promise<void>
  readonly #waiting = new Set<() => void>()
  /** Offsets that it has started from. */
  readonly restoredAt: number[] = []
  readonly snapshots: number[] = []
  readonly troubles: unknown[] = []
  through = 0
  isFollowing = false
  haltReason: string | undefined

  constructor(url: string, shard: number, options: WatchedOptions = {}) {
    this.journal = openJournal(url, { shard, archive: options.archive })
    this.#writer = new RowWriter({
      connectionString: url,
      shard,
      onTrouble: (error) => this.following(error === undefined, '', error),
    })
    this.follower = new Follower({
      journal: this.journal,
      openJournal: () => openJournal(url, { shard }),
      holder: 'recorder-1',
      writer: this.#writer,
      observer: this,
      transactionCommandsMax: options.transactionCommandsMax ?? 500,
      snapshots: options.snapshots ?? { commands: 1_000_000, seconds: 3600, kept: 3 },
      stopwatch: () => performance.now(),
    })
    this.#running = this.follower.run(this.#stop.signal)
  }

  /** Resolves once `condition` holds; it is looked at after everything that the recorder tells. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.add(resolve))
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
    await Promise.all([this.journal.close(), this.#writer.close()])
  }

  following(met: boolean, _reason: string, error?: unknown): void {
    this.isFollowing = met
    if (error !== undefined) this.troubles.push(error)
    this.#tell()
  }

  halted(reason: string): void {
    this.haltReason = reason
    this.#tell()
  }

  restored({ sequence }: { sequence: number }): void {
    this.restoredAt.push(sequence)
    this.through = sequence
    this.#tell()
  }

  recorded({ through }: { through: number }): void {
    this.through = through
    this.#tell()
  }

  snapshot(sequence: number): void {
    this.snapshots.push(sequence)
    this.#tell()
  }

  snapshotFailed(error: unknown): void {
    this.troubles.push(error)
    this.#tell()
  }

  #tell(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}
