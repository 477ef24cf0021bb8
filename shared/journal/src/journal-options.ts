import type { JournalArchive } from './archive/journal-archive.ts'
import type { Notice } from './commit-doubt.ts'
import type { BoundedPool } from './connections/bounded-pool.ts'
import type { OneServer } from './connections/one-server.ts'

export interface JournalOptions {
  /** 0 … 999. */
  readonly shard: number
  /** Connections for everything but appends; two of the journal's own unless given. */
  readonly pool?: BoundedPool
  /** The server on which the process's connections agree; `pool` should use the same one. */
  readonly server?: OneServer
  /** How long an append may stay unanswered before its outcome counts as unknown; 3 s unless given. */
  readonly appendTimeoutMs?: number
  /** The ack policy is `journal-synchronous`: nothing counts as written that may be on one machine only. */
  readonly isSynchronous?: boolean
  /** Sequences of each new partition; PARTITION_SEQUENCES unless given. */
  readonly partitionSequences?: number
  /** Where reading finds batches that have left the journal. */
  readonly archive?: JournalArchive | undefined
  /** Called for failures in the background (partitions made ahead), which are tried again. */
  readonly onTrouble?: (error: unknown) => void
  /**
   * Called with PostgreSQL's warnings about writing, such as transaction numbers that run out; once a minute at most.
   */
  readonly onWarning?: ((warning: Notice) => void) | undefined
}
