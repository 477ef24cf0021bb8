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

/** How far a shard has come: who may write, and the last sequence written. 0 and 0 before the first leader. */
export interface Head {
  readonly epoch: number
  readonly last: number
}

/** What the server that takes appends says, once all that are under way have ended. */
export interface Confirmation {
  readonly head: Head
  /** Names the claim of the head's epoch; undefined when only older releases have claimed. */
  readonly claim: string | undefined
  /** The batch that was asked for is in the journal, the very same bytes; true when none was. */
  readonly holds: boolean
  /** What was seen under an epoch before this one, and is lost, an operator has given up; 0 when nothing. */
  readonly released: number
}

export interface Snapshot {
  /** State after this sequence. */
  readonly sequence: number
  readonly bytes: Uint8Array
}

export interface RestoredSnapshot extends Snapshot {
  readonly bytes: Buffer
  /** Sequences of newer snapshots that were passed over, because their bytes do not match their checksum. */
  readonly damaged: readonly number[]
}

export interface ReadOptions {
  /** Stop after the batch that holds this sequence. */
  readonly through?: number
}

export interface TailOptions {
  /** Told about each failure that the tail survives, for logs and readiness; undefined when it works again. */
  readonly onTrouble?: (error: unknown) => void
}

/**
 * The journal of one shard: the seam between the services and PostgreSQL. Everything that a shard does is in here, once,
 * in order. Errors are `JournalError`s with the reason as `cause`.
 */
export interface Journal {
  readonly shard: number
  head(): Promise<Head>
  /**
   * Raise the epoch: from now on no other member's append succeeds, also if a fail-over gives the same number once more.
   * Answers with the new epoch and the last sequence.
   *
   * @throws JournalRolledBackError when the epoch is not above the one that this process has claimed before
   */
  takeOver(): Promise<Head>
  /**
   * Write one batch of the epoch that was claimed here: all of it or nothing. `fenced`: another member has taken over, or
   * the batch is one of an older epoch; nothing was written. Appending a batch that is already there, the very same bytes,
   * says `appended`. Several may be in flight, in
   * order of sequence: when one is not written, none after it is. Throws `AppendFailedError`, `JournalGapError`,
   * `JournalRolledBackError`, `JournalHaltedError`, `NotReplicatedError` (it may be written, and not as the ack policy
   * promises).
   */
  append(batch: Batch): Promise<'appended' | 'fenced'>
  /**
   * What became of an append whose answer was lost. Final: after `absent` or `fenced` that earlier statement can no
   * longer be carried out; `appended` is said of the very same bytes only. Throws `JournalRolledBackError`,
   * `JournalHaltedError`.
   */
  resolve(batch: Batch): Promise<'appended' | 'absent' | 'fenced'>
  /** Whether the journal holds a batch that was seen in it, and how its head is: not what a server says that is behind. */
  confirm(batch: Batch | undefined): Promise<Confirmation>
  /** Batches from the one that holds sequence `from` to the end of the journal as it is now. */
  read(from: number, options?: ReadOptions): AsyncIterable<StoredBatch>
  /** Batches from the one that holds `from`, and then each as it is written, until `signal` aborts. Survives lost connections. */
  tail(from: number, signal: AbortSignal, options?: TailOptions): AsyncIterable<StoredBatch>
  /**
   * Append batches again that the journal has lost, as they were; those that it still has are passed over. Only while the
   * shard is halted; raises the epoch first, above `epochSeen` too, so that no other member writes and no epoch comes twice.
   * Returns how many were appended.
   *
   * @throws JournalError when the journal has gone on with something else, or the batches do not follow its end
   */
  restore(batches: readonly Batch[], epochSeen: number): Promise<number>
  /**
   * Record an operator's decision to give up what the journal has lost, and lift the halt. Raises the epoch, above
   * `epochSeen` too. Answers with the last sequence that there is.
   *
   * @throws JournalError when the shard is not halted
   */
  release(epochSeen: number, reason: string, operator: string): Promise<number>
  /** Store a snapshot; it is seen complete or not at all. */
  saveSnapshot(snapshot: Snapshot): Promise<void>
  /** The newest undamaged snapshot, of a sequence ≤ `atMost` if that is given. Throws when there are only damaged ones. */
  latestSnapshot(atMost?: number): Promise<RestoredSnapshot | undefined>
  /** The newest snapshot that there is, without its bytes, and how old it is by PostgreSQL's clock. */
  newestSnapshot(): Promise<{ sequence: number; ageSeconds: number } | undefined>
  /** Remove all snapshots but the newest `keep`, and what failed attempts left. */
  pruneSnapshots(keep: number): Promise<void>
  /** Sequences of the commands that every replay passes over. */
  skipped(): Promise<Set<number>>
  /**
   * Record an operator's decision to pass over one journaled command. Raises the epoch, so that a member that leads without
   * knowing of it is fenced. Refused for a sequence that is not in the journal.
   */
  skip(sequence: number, reason: string, operator: string): Promise<void>
  close(): Promise<void>
}
