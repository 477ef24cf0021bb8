/** A batch to append: commands `first` … `last` of a shard, sequenced by the leader of `epoch`. */
export interface Batch {
  readonly epoch: number
  readonly first: number
  readonly last: number
  readonly payload: Uint8Array
  /** Its append moves the head row on, for a release that looks for the journal's end there. */
  readonly movesHead?: boolean
}

/** A batch as it was read back. */
export interface StoredBatch extends Batch {
  readonly payload: Buffer
}

/** The head of a shard: the epoch that may write, and the last sequence written. 0 and 0 before the first leader. */
export interface Head {
  readonly epoch: number
  readonly last: number
}

/** The answer of the server that takes appends, once all appends under way have ended. */
export interface Confirmation {
  readonly head: Head
  /** Names the claim of the head's epoch; undefined when only older releases have claimed. */
  readonly claim: string | undefined
  /** The requested batch is in the journal, with the same bytes; true when none was requested. */
  readonly holds: boolean
  /** An operator has given up the lost rows of all epochs before this one; 0 when none were given up. */
  readonly released: number
}

export interface Snapshot {
  /** State after this sequence. */
  readonly sequence: number
  readonly bytes: Uint8Array
}

export interface RestoredSnapshot extends Snapshot {
  readonly bytes: Buffer
  /** Sequences of newer snapshots that were skipped, because their bytes do not match their checksum. */
  readonly damaged: readonly number[]
}

export interface ReadOptions {
  /** Stop after the batch that holds this sequence. */
  readonly through?: number
}

export interface TailOptions {
  /** Called for each failure that the tail survives, for logs and readiness; with undefined when it works again. */
  readonly onTrouble?: (error: unknown) => void
}

/**
 * The journal of one shard: the seam between the services and PostgreSQL. It holds everything that a shard does, once
 * and in order. Errors are `JournalError`s with the reason as `cause`.
 */
export interface Journal {
  readonly shard: number
  head(): Promise<Head>
  /**
   * Raise the epoch: from now on no other member's append succeeds, even if a fail-over gives the same number again.
   * Returns the new epoch and the last sequence.
   *
   * @throws JournalRolledBackError when the epoch is not above the one that this process has claimed before
   */
  takeOver(): Promise<Head>
  /**
   * Write one batch of the epoch that was claimed here: all of it or nothing. `fenced`: another member has taken over,
   * or the batch is one of an older epoch; nothing was written. Appending a batch that is already in the journal, with
   * the same bytes, returns `appended`. Several may be in flight, in order of sequence: when one is not written, none
   * after it is. Throws `AppendFailedError`, `JournalGapError`, `JournalRolledBackError`, `JournalHaltedError`,
   * `NotReplicatedError` (it may be written, and not as the ack policy promises).
   */
  append(batch: Batch): Promise<'appended' | 'fenced'>
  /**
   * The outcome of an append whose answer was lost. It is final: after `absent` or `fenced` the earlier statement can
   * no longer be executed; `appended` means the same bytes. Throws `JournalRolledBackError`, `JournalHaltedError`.
   */
  resolve(batch: Batch): Promise<'appended' | 'absent' | 'fenced'>
  /**
   * Whether the journal holds a batch that was seen in it, and its head; never the answer of a server that is behind.
   */
  confirm(batch: Batch | undefined): Promise<Confirmation>
  /** Batches from the one that holds sequence `from` to the end of the journal as it is now. */
  read(from: number, options?: ReadOptions): AsyncIterable<StoredBatch>
  /** Batches from the one that holds `from`, and then each as it is written, until `signal` aborts. Survives lost connections. */
  tail(from: number, signal: AbortSignal, options?: TailOptions): AsyncIterable<StoredBatch>
  /**
   * Append batches again that the journal has lost, unchanged; those that it still has are skipped. Only while the
   * shard is halted; raises the epoch first, above `epochSeen` too, so that no other member writes and no epoch comes
   * twice. Returns how many were appended.
   *
   * @throws JournalError when the journal has continued with other batches, or the batches do not follow its end
   */
  restore(batches: readonly Batch[], epochSeen: number): Promise<number>
  /**
   * Record an operator's decision to give up what the journal has lost, and lift the halt. Raises the epoch, above
   * `epochSeen` too. Returns the last sequence.
   *
   * @throws JournalError when the shard is not halted
   */
  release(epochSeen: number, reason: string, operator: string): Promise<number>
  /** Store a snapshot; it is seen complete or not at all. */
  saveSnapshot(snapshot: Snapshot): Promise<void>
  /** The newest undamaged snapshot, of a sequence ≤ `atMost` if that is given. Throws when all are damaged. */
  latestSnapshot(atMost?: number): Promise<RestoredSnapshot | undefined>
  /** The newest snapshot without its bytes, and its age by PostgreSQL's clock. */
  newestSnapshot(): Promise<{ sequence: number; ageSeconds: number } | undefined>
  /** Remove all snapshots but the newest `keep`, and the remains of failed attempts. */
  pruneSnapshots(keep: number): Promise<void>
  /** Sequences of the commands that every replay skips. */
  skipped(): Promise<Set<number>>
  /**
   * Record an operator's decision to skip one journaled command. Raises the epoch, so that a member that leads without
   * knowing of it is fenced. Refused for a sequence that is not in the journal.
   */
  skip(sequence: number, reason: string, operator: string): Promise<void>
  close(): Promise<void>
}
